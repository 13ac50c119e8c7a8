import { minutes, oauthRoutes } from '@latchkey/contract'
import type { Config } from '../../config/config.ts'
import { createFloodGate } from '../../core/limits/flood.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { publicDocument, type Route, serve } from '../../sessions/route.ts'
import type { Introspector } from '../../sessions/tokens/introspector.ts'
import { introspect } from './introspection.ts'
import { describeAuthorizationServer } from './metadata.ts'

export interface OAuthRoutesOptions {
  config: Config
  ports: Ports
  introspectors: readonly Introspector[]
}

const metadataMaxAge = minutes(5)
/** Limit for one caller, in one process. */
const introspectionsPerMinute = 30_000

/** OAuth routes: at the root, and with OAuth's own errors. */
export function createOAuthRoutes({ config, ports, introspectors }: OAuthRoutesOptions): Route[] {
  const metadata = describeAuthorizationServer(config)
  const passGate = createFloodGate(ports, introspectionsPerMinute)

  return [
    serve(oauthRoutes.getMetadata, async () => ({
      status: 200,
      body: metadata,
      headers: publicDocument(metadataMaxAge),
    })),

    serve(oauthRoutes.introspect, async ({ caller: { holder }, body }) => {
      passGate(Buffer.from(holder.keyId))
      return { status: 200, body: await introspect(introspectors, body.token) }
    }),
  ]
}
