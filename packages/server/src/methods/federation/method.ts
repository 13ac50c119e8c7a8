import { voidChallengesOfUser } from '../../core/challenges/store.ts'
import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { isoTime } from '../../core/iso-time.ts'
import { createBrowserCookie } from './browser-cookie.ts'
import { createLinks } from './links.ts'
import { linkedAccountTable } from './migrations/0001-linked-account.ts'
import { amr } from './options.ts'
import { createProtocol } from './protocol.ts'
import { createProviderTokens } from './provider-tokens.ts'
import { providersOf } from './providers.ts'
import { createRegistry } from './registry.ts'
import { createFederationRoutes } from './routes.ts'
import { createFederation } from './service.ts'
import { listLinkedAccounts, removeLinkedAccountsOf } from './store.ts'
import { createTokenVault } from './provider-token-box.ts'

export const federationMigrations = [linkedAccountTable]

/** Signing in with others: Google, Microsoft, Apple, GitHub, GitLab, Discord, and any issuer of OpenID Connect. */
export function createFederationMethod(core: CoreParts): Method {
  const { config, ports, outgoing } = core
  const registry = createRegistry(providersOf(config))
  const tokenVault = createTokenVault(core.vault)
  const protocol = createProtocol({
    outgoing,
    ports,
    redirectUri: (id) => `${config.publicUrl}${config.basePath}/auth/federation/${id}/callback`,
  })
  const federation = createFederation({
    core,
    registry,
    protocol,
    links: createLinks({ ...core, tokenVault }),
    browserCookie: createBrowserCookie(ports, config.publicUrl.startsWith('https:')),
  })
  const providerTokens = createProviderTokens({ ...core, protocol, tokenVault })

  return defineMethod({
    name: 'federation',
    amr: [amr],
    routes: createFederationRoutes({ ...core, federation, registry, providerTokens }),
    migrations: federationMigrations,
    lifecycle: {
      onUserDeleted: async (tx, userId) => void (await removeLinkedAccountsOf(tx, userId)),
      // The links stay for the day the user is enabled again; until then no sign-in passes the user's lock.
      onUserDisabled: async (tx, userId) => void (await voidChallengesOfUser(tx, 'federation-link', userId)),
      async onCredentialsChanged(tx, userId, reason) {
        // A ticket was for the account of the old address.
        await voidChallengesOfUser(tx, 'federation-link', userId)
        await voidChallengesOfUser(tx, 'federation', userId)
        // Whoever had the account in their hands may have linked their own.
        if (reason === 'owner_arrived' || reason === 'email_change_undone')
          await removeLinkedAccountsOf(tx, userId)
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
    },
  })
}
