import { operationRoutes } from '@latchkey/contract'
import { isEqual } from '../../core/bytes.ts'
import { AuthError } from '../../core/auth-error.ts'
import { jwksMaxAge } from '../../core/signing-keys/key-use.ts'
import type { SigningKeys } from '../../core/signing-keys/signing-keys.ts'
import { publicDocument, type Route, serve } from '../../sessions/route.ts'
import type { Readiness } from './readiness.ts'

export interface OperationRoutesOptions {
  keys: SigningKeys
  readiness: Readiness
  metrics: () => Promise<string>
  /** Null: metrics are not on this listener. */
  metricsToken: string | null
}

export function createOperationRoutes({
  keys,
  readiness,
  metrics,
  metricsToken,
}: OperationRoutesOptions): Route[] {
  return [
    serve(operationRoutes.livez, async () => ({ status: 200, body: { status: 'ok' } })),

    serve(operationRoutes.readyz, async () => {
      const { checks, reasons } = await readiness.check()
      if (Object.values(checks).every((result) => result === 'ok'))
        return { status: 200, body: { status: 'ready', checks } }
      return { status: 503, body: { status: 'not_ready', checks, reasons } }
    }),

    serve(operationRoutes.metrics, async ({ request }) => {
      // Answered like an address that does not exist: a caller without a token learns nothing.
      if (metricsToken === null || !isEqual(request.bearer ?? '', metricsToken))
        throw new AuthError('not_found')
      return { status: 200, body: await metrics(), headers: { 'content-type': 'text/plain; version=0.0.4' } }
    }),

    serve(operationRoutes.jwks, async () => ({
      status: 200,
      body: keys.jwks(),
      headers: publicDocument(jwksMaxAge),
    })),
  ]
}
