import { deviceBoundSessionRoutes } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { originOf } from '../../core/request/request-context.ts'
import { type Route, serve } from '../route.ts'
import type { DeviceRegistration, DeviceSessions } from './device-sessions.ts'

/** Browsers send these by themselves: no cookie proves anything here, the signature does. */
export function createDeviceSessionRoutes({ deviceSessions }: { deviceSessions: DeviceSessions }): Route[] {
  return [
    serve(deviceBoundSessionRoutes.registerDevice, async ({ headers }) =>
      answerOf(await deviceSessions.register(given(headers, 'secure-session-response'))),
    ),

    serve(deviceBoundSessionRoutes.refreshDevice, async ({ headers, request }) => {
      const id = given(headers, 'sec-secure-session-id')
      const proof = headers['secure-session-response']
      return answerOf(await deviceSessions.refresh(id, proof, originOf(request)))
    }),
  ]
}

/** Not the schema's to say: what is wrong with the body is said before. Throws AuthError `invalid_input`. */
function given<Name extends string>(headers: { [Header in Name]?: string | undefined }, name: Name): string {
  const value = headers[name]
  if (value !== undefined) return value
  throw new AuthError('invalid_input', { errors: [{ path: `header.${name}`, message: 'is missing' }] })
}

const answerOf = ({ instructions, cookie }: DeviceRegistration) => ({
  status: 200,
  body: instructions,
  cookies: [cookie],
})
