import { defineFeature } from '../feature.ts'
import { createServiceAccountRoutes } from './routes.ts'

/** Accounts of programs; their credentials are in other features. */
export const serviceAccountsFeature = defineFeature({
  name: 'service-accounts',
  migrations: [],
  serve: (services) => ({ own: {}, routes: { admin: createServiceAccountRoutes(services) } }),
})
