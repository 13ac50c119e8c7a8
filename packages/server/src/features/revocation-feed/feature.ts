import { defineFeature } from '../feature.ts'
import { createRevocationFeedRoutes } from './routes.ts'

/** The revocation log, for services that verify tokens themselves. */
export const revocationFeedFeature = defineFeature({
  name: 'revocation-feed',
  migrations: [],
  serve(services, before) {
    const authenticators = before.flatMap(({ authenticateKey }) => authenticateKey ?? [])
    return { own: {}, routes: { auth: createRevocationFeedRoutes({ ...services, authenticators }) } }
  },
})
