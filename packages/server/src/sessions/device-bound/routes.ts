import { deviceBoundSessionRoutes } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { originOf } from '../../core/request/request-context.ts'
import { type Route, serve } from '../route.ts'
import type { DeviceRegistration, DeviceSessions } from './device-sessions.ts'

/** Creates the routes. Browsers send these requests by themselves: the signature authenticates them, not a cookie. */
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

/**
 * Returns a required header. Not checked by the schema, so that faults of the body come first. Throws AuthError
 * `invalid_input`.
 */
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
