import { defineFeature } from '../feature.ts'
import { createAdminRoutes } from './routes.ts'

/** The administration of accounts, roles and waiting mails. */
export const adminFeature = defineFeature({
  name: 'admin',
  migrations: [],
  serve: (services) => ({ own: {}, routes: { admin: createAdminRoutes(services) } }),
})
