import { setTimeout as sleep } from 'node:timers/promises'
import type { UserId } from '@latchkey/contract'
import type { Database } from '../../db/database.ts'
import { AuthError } from '../../core/auth-error.ts'
import { CannotOpen } from '../../core/secrets/keyring.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { renewalLease, tokenMargin } from './options.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { ProtocolServices, ProviderTokens } from './protocol/protocol-services.ts'
import { renewTokens } from './protocol/tokens.ts'
import type { Provider } from './providers.ts'
import { beginRenewal, findWithTokens, finishRenewal, type LinkedAccount } from './store.ts'
import type { TokenBox } from './provider-token-box.ts'

/** The tokens of providers, for the backend of the application. */
export interface ProviderTokensOf {
  /** Returns valid tokens, renewed if necessary. Throws `provider_token_not_found`, `provider_unavailable`. */
  get(provider: Provider, userId: UserId): Promise<ProviderTokens>
}

export interface ProviderTokensOptions {
  db: Database
  ports: Ports
  protocol: ProtocolServices
  tokenBox: TokenBox
}

const pause = 100
const mostPauses = 100

export function createProviderTokens(options: ProviderTokensOptions): ProviderTokensOf {
  const { db, ports, protocol, tokenBox } = options

  return { get }

  async function get(provider: Provider, userId: UserId): Promise<ProviderTokens> {
    // A disabled user is not signed in anywhere, and no service acts for them elsewhere either.
    if ((await findAccount(db, userId))?.disabledAt !== null) throw new AuthError('provider_token_not_found')
    for (let pauses = 0; pauses < mostPauses; pauses++) {
      const linked = await findWithTokens(db, userId, provider.id)
      const tokens = linked && open(linked)
      if (!tokens) throw new AuthError('provider_token_not_found')
      if (isFresh(tokens)) return tokens
      if (tokens.refreshToken === null) throw new AuthError('provider_token_not_found')
      const renewed = await renew(provider, linked, tokens.refreshToken)
      if (renewed) return renewed
      // Another request, perhaps of another process, is renewing it: its result serves all.
      await sleep(pause)
    }
    throw new AuthError('provider_unavailable', {
      log: { reason: 'a renewal did not end', provider: provider.id },
    })
  }

  /** Null while another request renews. */
  async function renew(
    provider: Provider,
    linked: LinkedAccount,
    refreshToken: string,
  ): Promise<ProviderTokens | null> {
    const now = ports.now()
    const renewal = { id: linked.id, tokens: linked.tokens!, until: now + renewalLease }
    if (!(await beginRenewal(db, renewal, now))) return null
    try {
      const tokens = await renewTokens(protocol, provider, refreshToken)
      await finishRenewal(db, renewal, tokens && tokenBox.seal(tokens, linked))
      if (!tokens) throw new AuthError('provider_token_not_found')
      return tokens
    } catch (error) {
      // The next caller tries again with the same token.
      if (!(error instanceof AuthError && error.code === 'provider_token_not_found'))
        await finishRenewal(db, renewal, renewal.tokens)
      throw error
    }
  }

  /** Null if sealed under a secret that is gone: the next sign-in brings new tokens. */
  function open(linked: LinkedAccount): ProviderTokens | null {
    try {
      return tokenBox.open(linked.tokens!, linked)
    } catch (error) {
      if (error instanceof CannotOpen) return null
      throw error
    }
  }

  function isFresh({ expiresAt }: ProviderTokens): boolean {
    return expiresAt === null || expiresAt - tokenMargin > ports.now()
  }
}
