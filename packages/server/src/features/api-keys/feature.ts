import { apiKeyPrefix } from '../../sessions/tokens/api-key.ts'
import { defineFeature } from '../feature.ts'
import { createApiKeyHolder } from './holder.ts'
import { apiKeyTable } from './migrations/0001-api-key.ts'
import { createApiKeyAdminRoutes, createApiKeyRoutes } from './routes.ts'
import { createApiKeys } from './service.ts'
import { removeOldKeys } from './store.ts'

/** Keys of people and of service accounts, for programs. */
export const apiKeysFeature = defineFeature({
  name: 'api-keys',
  migrations: [apiKeyTable],
  prepare: ({ ports }) => ({ holds: createApiKeyHolder(ports) }),
  serve(services) {
    const apiKeys = createApiKeys(services)
    const { db } = services
    return {
      own: { apiKeys },
      routes: {
        auth: createApiKeyRoutes({ db, apiKeys }),
        admin: createApiKeyAdminRoutes({ db, apiKeys }),
      },
      expired: { api_key: removeOldKeys },
      introspector: { prefix: apiKeyPrefix, introspect: apiKeys.introspect },
      isClientAlive: apiKeys.isAlive,
      authenticateKey: apiKeys.authenticate,
      rightsOfServiceAccount: apiKeys.rightsOf,
    }
  },
})
