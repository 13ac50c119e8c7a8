import type { UserId } from '@latchkey/contract'
import type { SecretBox } from '../../core/secrets/secret-box.ts'
import type { ProviderTokens } from './protocol/protocol-services.ts'
import type { IdentityKey } from './store.ts'

/** Seals the tokens of providers. Tokens moved to another user's or identity's row cannot be opened. */
export interface TokenBox {
  seal(tokens: ProviderTokens, owner: TokenOwner): Uint8Array
  /** Throws CannotOpen. */
  open(sealed: Uint8Array, owner: TokenOwner): ProviderTokens
}

export interface TokenOwner extends IdentityKey {
  userId: UserId
}

export const createTokenBox = (secretBox: SecretBox): TokenBox => ({
  seal: (tokens, owner) => secretBox.seal(Buffer.from(JSON.stringify(tokens)), contextOf(owner)),
  open: (sealed, owner) =>
    JSON.parse(Buffer.from(secretBox.open(sealed, contextOf(owner))).toString()) as ProviderTokens,
})

const contextOf = ({ userId, provider, issuer, subject }: TokenOwner): string =>
  `federation/${JSON.stringify([userId, provider, issuer, subject])}`
