import { minutes, oauthRoutes } from '@latchkey/contract'
import type { Config } from '../../config/load-config.ts'
import { publicDocument, type Route, serve } from '../../core/route.ts'
import { describeAuthorizationServer } from './metadata.ts'

export interface OAuthRoutesOptions {
  config: Config
}

const metadataMaxAge = minutes(5)

/** What speaks OAuth: at the root, and with OAuth's own errors. */
export function createOAuthRoutes({ config }: OAuthRoutesOptions): Route[] {
  const metadata = describeAuthorizationServer(config)

  return [
    serve(oauthRoutes.getMetadata, async () => ({
      status: 200,
      body: metadata,
      headers: publicDocument(metadataMaxAge),
    })),
  ]
}
