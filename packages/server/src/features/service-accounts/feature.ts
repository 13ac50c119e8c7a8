import { defineFeature } from '../feature.ts'
import { createServiceAccountRoutes } from './routes.ts'
import { createServiceAccounts } from './service.ts'

/** Accounts of programs; their credentials are in the features before this one. */
export const serviceAccountsFeature = defineFeature({
  name: 'service-accounts',
  migrations: [],
  serve(services, before) {
    const rightsOf = before.flatMap(({ rightsOfServiceAccount = [] }) => rightsOfServiceAccount)
    const serviceAccounts = createServiceAccounts({ ...services, rightsOf })
    return { own: { serviceAccounts }, routes: { admin: createServiceAccountRoutes(serviceAccounts) } }
  },
})
