import { defineFeature } from '../feature.ts'
import { createAccessTokenIntrospector, createSessionIntrospector } from './introspection.ts'
import { createOAuthRoutes } from './routes.ts'

/** The OAuth endpoints for other servers. */
export const oauthProviderFeature = defineFeature({
  name: 'oauth-provider',
  migrations: [],
  serve(services, before) {
    const looks = before.flatMap(({ isClientAlive }) => isClientAlive ?? [])
    // Chosen by the prefix of the token: access tokens, which have none, come last.
    const introspectors = [
      ...before.flatMap(({ introspector }) => introspector ?? []),
      createSessionIntrospector(services.cookieSessions),
      createAccessTokenIntrospector({ ...services, isMachineAlive }),
    ]
    return { own: { introspectors }, routes: { root: createOAuthRoutes({ ...services, introspectors }) } }

    async function isMachineAlive(id: string): Promise<boolean> {
      for (const isAlive of looks) if (await isAlive(id)) return true
      return false
    }
  },
})
