import { defineFeature } from '../feature.ts'
import { createServiceAccountRoutes } from './routes.ts'

/** Accounts of programs; what they sign in with stands in other features. */
export const serviceAccountsFeature = defineFeature({
  name: 'service-accounts',
  migrations: [],
  serve: (services) => ({ own: {}, routes: { admin: createServiceAccountRoutes(services) } }),
})
