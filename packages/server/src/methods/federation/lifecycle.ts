import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { ProviderRegistry } from './registry.ts'
import { listLinkedAccounts, removeLinkedAccountsSince } from './store.ts'

export const createFederationLifecycle = (registry: ProviderRegistry): Lifecycle => ({
  holds: {
    async credentials(tx, effect, { account, since }) {
      // An account at a provider is a first factor only.
      if (effect !== 'factors go')
        await removeLinkedAccountsSince(tx, account.id, effect === 'go' ? 0 : since)
    },
  },
  async countUsable(db, userId) {
    const accounts = await listLinkedAccounts(db, userId)
    const providers = await Promise.all(accounts.map(({ provider }) => registry.find(provider)))
    return providers.filter((provider) => provider !== null).length
  },
  async exportUserData(db, userId) {
    const accounts = await listLinkedAccounts(db, userId)
    return {
      linkedAccounts: accounts.map(({ provider, issuer, subject, email, name, linkedAt, lastUsedAt }) => {
        const times = { linkedAt: isoTime(linkedAt), lastUsedAt: isoTime(lastUsedAt) }
        return { provider, issuer, subject, email, name, ...times }
      }),
    }
  },
})
