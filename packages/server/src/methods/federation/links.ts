import type { SessionId, UserId } from '@latchkey/contract'
import { type Database, type Queryable, UniqueViolation } from '../../db/database.ts'
import type { Audit } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Mails } from '../../identity/mails/mails.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { AccountEvents } from '../../identity/events/account-events.ts'
import { lockHolder, type SessionHolder } from '../../accounts/lock-holder.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import type { Account } from '../../identity/users/account.ts'
import type { Credentials } from '../../accounts/credentials.ts'

import type { ProvenIdentity } from './protocol/protocol-services.ts'
import type { Provider } from './providers.ts'
import { mostLinkedAccounts } from './options.ts'
import {
  countLinkedAccounts,
  findByIdentity,
  type IdentityKey,
  insertLinkedAccount,
  type LinkedAccount,
  noteUse,
  removeLinkedAccount,
} from './store.ts'
import type { TokenBox } from './provider-token-box.ts'
import { notices } from './mails.ts'

/** Links identities at providers to accounts here. */
export interface Links {
  /**
   * Runs within the transaction that decided on the link and locked the user. Returns the link's id. Throws
   * UniqueViolation if a concurrent request was faster, and `linked_account_limit_reached`.
   */
  insert(tx: Queryable, identity: KnownIdentity, userId: UserId): Promise<string>
  /** Notes the provider's claims at a sign-in. False if the identity is no longer linked. */
  note(tx: Queryable, link: LinkedAccount, identity: KnownIdentity): Promise<boolean>
  /**
   * Links an identity to an account that was proven as well, and notifies its owner. An existing link to the same
   * account is accepted. `alongside` runs in the same transaction and may throw. Throws `linked_elsewhere`,
   * `linked_account_limit_reached`, and `challenge_invalid` if the account is gone.
   */
  add(input: NewLink, request: RequestContext): Promise<LinkedAccount>
  /**
   * Removes a link and ends the other sessions. `labels` are those of providers, by id. Throws
   * `linked_account_not_found`, `last_credential`.
   */
  remove(
    id: string,
    claims: SessionClaims,
    labels: ReadonlyMap<string, string>,
    request: RequestContext,
  ): Promise<void>
}

/** An identity and its provider. */
export interface KnownIdentity {
  provider: Pick<Provider, 'id' | 'label' | 'keepsTokens'>
  identity: ProvenIdentity
}

export interface NewLink extends KnownIdentity, SessionHolder {
  alongside?: (tx: Queryable) => Promise<void>
}

export interface LinksOptions {
  db: Database
  ports: Ports
  tokenBox: TokenBox
  credentials: Credentials
  events: AccountEvents
  revocations: RevocationLog
  outbox: Outbox
  mails: Mails
  audit: Audit
}

export const keyOf = ({ provider, identity: { issuer, subject } }: KnownIdentity): IdentityKey => ({
  provider: provider.id,
  issuer,
  subject,
})

export function createLinks(options: LinksOptions): Links {
  const { db, ports, tokenBox, credentials, events, revocations, outbox, mails, audit } = options

  return { insert, note, add, remove }

  async function insert(tx: Queryable, known: KnownIdentity, userId: UserId): Promise<string> {
    if ((await countLinkedAccounts(tx, userId)) >= mostLinkedAccounts)
      throw new AuthError('linked_account_limit_reached')
    const id = uuidV7(ports)
    const { email, name } = known.identity
    const tokens = sealed(known, userId)
    await insertLinkedAccount(tx, { id, userId, ...keyOf(known), email, name, tokens, now: ports.now() })
    return formatUuid(id)
  }

  function note(tx: Queryable, { id, userId }: LinkedAccount, known: KnownIdentity): Promise<boolean> {
    const { email, name } = known.identity
    return noteUse(tx, { id, userId, email, name, tokens: sealed(known, userId), now: ports.now() })
  }

  function sealed(known: KnownIdentity, userId: UserId): Uint8Array | null {
    if (!known.provider.keepsTokens) return null
    return tokenBox.seal(known.identity.tokens, { userId, ...keyOf(known) })
  }

  async function add(
    { userId, sessionId, alongside, ...known }: NewLink,
    request: RequestContext,
  ): Promise<LinkedAccount> {
    const isNew = await orElsewhere(() =>
      db.transaction(async (tx) => {
        const account = await lockHolder(tx, { userId, sessionId }, ports.now())
        await alongside?.(tx)
        const present = await findByIdentity(tx, keyOf(known))
        if (present && present.userId !== userId) throw new AuthError('linked_elsewhere')
        if (present) await note(tx, present, known)
        else await insertWithin(tx, account, sessionId, known, request)
        return present === null
      }),
    )
    if (isNew) {
      outbox.wake()
      audit.record({
        kind: 'federation.linked',
        userId,
        ...originOf(request),
        detail: { provider: known.provider.id },
      })
    }
    const linked = await findByIdentity(db, keyOf(known))
    if (!linked) throw new AuthError('challenge_invalid')
    return linked
  }

  async function insertWithin(
    tx: Queryable,
    account: Account,
    sessionId: SessionId,
    known: KnownIdentity,
    { ip }: RequestContext,
  ): Promise<void> {
    await insert(tx, known, account.id)
    const about = {
      account,
      notice: notices.linked,
      name: known.provider.label,
      at: ports.now(),
      ip,
    } as const
    await events.apply(tx, account, 'provider_linked', {
      sessionId,
      mails: { address: mails.credentialChanged(about) },
    })
  }

  async function remove(
    id: string,
    { sub: userId, sid }: SessionClaims,
    labels: ReadonlyMap<string, string>,
    request: RequestContext,
  ): Promise<void> {
    const { entries, provider } = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId, sessionId: sid }, ports.now())
      const removed = await removeLinkedAccount(tx, id, userId)
      if (!removed) throw new AuthError('linked_account_not_found')
      await credentials.requireOne(tx, userId)
      const name = labels.get(removed.provider) ?? removed.provider
      const about = { account, notice: notices.unlinked, name, at: ports.now(), ip: request.ip } as const
      // The link may be removed because of an intruder who signed in by it.
      const revoked = await events.apply(tx, account, 'provider_unlinked', {
        sessionId: sid,
        mails: { address: mails.credentialChanged(about) },
      })
      return { entries: await revocations.append(tx, revoked), provider: removed.provider }
    })
    revocations.remember(entries)
    outbox.wake()
    audit.record({
      kind: 'federation.unlinked',
      userId,
      sessionId: sid,
      ...originOf(request),
      detail: { provider },
    })
  }
}

/** Two browsers may link the same identity at once: one finds it taken, and looks again. */
async function orElsewhere<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UniqueViolation) return await work()
    throw error
  }
}
