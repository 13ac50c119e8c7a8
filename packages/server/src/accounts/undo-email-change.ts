import { type Instant, type UserId } from '@latchkey/contract'
import { type Queryable } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import { parseUuid } from '../core/ports/uuid.ts'
import type { Revoked } from '../core/revocations/log.ts'
import type { Account } from '../identity/users/account.ts'
import { lockUser } from '../identity/users/locks.ts'
import { insertAccount } from '../identity/users/store.ts'
import type { UndoneChange } from './address-undo.ts'
import { moveTo } from './change-email.ts'
import { commit } from './commit-ending.ts'
import type { EmailProofNeeds } from './email-proof-needs.ts'

export async function undoChange(services: EmailProofNeeds, token: string): Promise<void> {
  const { addressUndo, audit } = services
  let undone: UserId | undefined
  await commit(services, async (tx) => {
    const link = await addressUndo.consume(tx, token)
    const before = link?.userId ? await lockUser(tx, link.userId) : null
    // An account deleted after the change is made anew; a disabled one keeps its link for later.
    if (!link || (link.userId !== null && (before === null || before.disabledAt !== null)))
      throw new AuthError('challenge_invalid')
    const { to, since, account: known } = link
    undone = known.id
    // Voids the links of later changes, which may be a thief's: they must not take the account away again. Earlier
    // links stay, so that the thief's own undo does not end the owner's.
    await addressUndo.voidLater(tx, token, known.id)
    const account = before ? await moveTo(services, tx, before, to) : await makeAnew(services, tx, link)
    await addressUndo.requireFree(tx, to, known.id)
    return await startOver(services, tx, account, { before, since })
  })
  audit.record({ kind: 'email.change_undone', userId: undone ?? null })
}

/** Ends the access of a thief who changed the address and set a password. The account is given as it will be. */
async function startOver(
  services: EmailProofNeeds,
  tx: Queryable,
  account: Account,
  { before, since }: { before: Account | null; since: Instant },
): Promise<Revoked[]> {
  const { ports, events, mails } = services
  const about = { at: ports.now(), ip: null, notice: 'address_change_undone' } as const
  const lost = before && before.email !== account.email ? before : null
  return await events.apply(tx, account, 'address_change_undone', {
    since,
    mails: {
      'old address': mails.credentialChanged({ account, ...about }),
      'new address': lost ? mails.credentialChanged({ account: lost, ...about }) : [],
    },
  })
}

/** Makes the account with its old id, so that other systems' data about it is found again, and without its roles. */
async function makeAnew(
  services: EmailProofNeeds,
  tx: Queryable,
  { to, account }: UndoneChange,
): Promise<Account> {
  const { ports } = services
  const now = ports.now()
  const address = { email: to, lookup: normalizeEmail(to), emailVerifiedAt: now }
  return await insertAccount(tx, { ...account, id: parseUuid(account.id), ...address, roles: [], now })
}
