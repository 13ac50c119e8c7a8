import { deviceBoundSessionRoutes } from '@latchkey/contract'
import { originOf, type Route, serve } from '../route.ts'
import type { DeviceGrant, DeviceSessions } from './device-sessions.ts'

/** Browsers send these by themselves: no cookie proves anything here, the signature does. */
export function createDeviceSessionRoutes({ deviceSessions }: { deviceSessions: DeviceSessions }): Route[] {
  return [
    serve(deviceBoundSessionRoutes.registerDevice, async ({ headers }) =>
      answerOf(await deviceSessions.register(headers['secure-session-response'])),
    ),

    serve(deviceBoundSessionRoutes.refreshDevice, async ({ headers, request }) => {
      const { 'sec-secure-session-id': id, 'secure-session-response': proof } = headers
      return answerOf(await deviceSessions.refresh(id, proof, originOf(request)))
    }),
  ]
}

const answerOf = ({ instructions, cookie }: DeviceGrant) => ({
  status: 200,
  body: instructions,
  cookies: [cookie],
})
