import type { UserId } from '@latchkey/contract'
import { normalizeEmail } from '../../core/mail/address.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Account } from '../../identity/users/account.ts'
import { lockUser } from '../../identity/users/locks.ts'
import type { FederationServices } from './federation-services.ts'
import type { KnownIdentity } from './links.ts'
import { look } from './look.ts'
import type { LinkedAccount } from './store.ts'
import { notices } from './mails.ts'

/** Notes a use of the linked account. False if the identity is no longer linked. */
export async function noteUse(
  { db, links, credentials }: FederationServices,
  linked: LinkedAccount,
  known: KnownIdentity,
): Promise<boolean> {
  const { email, isEmailProven } = known.identity
  return await db.transaction(async (tx) => {
    if (!(await links.note(tx, linked, known))) return false
    const account = isEmailProven ? await lockUser(tx, linked.userId) : null
    const isTheirs = account && normalizeEmail(email!) === normalizeEmail(account.email)
    // The owner of this identity has been in the account for long: nothing in it is a stranger's.
    if (isTheirs) await credentials.addressProven(tx, account, { isMaker: true, ip: null })
    return true
  })
}

/**
 * Null if a concurrent request was faster. Throws AuthError `registration_closed`, `invalid_input`, `rate_limited`,
 * `email_taken`.
 */
export async function createAccount(
  services: FederationServices,
  known: KnownIdentity,
  request: RequestContext,
): Promise<UserId | null> {
  const { db, newAccounts, links, emailProof, outbox, audit } = services
  const { name, isEmailProven } = known.identity
  const email = await newAccounts.admit(known.identity.email!, request)
  const account = await db.transaction(async (tx) => {
    if ((await look(services, tx, known)).decision !== 'create') return null
    const account = await newAccounts.insert(tx, { email, name, isVerified: isEmailProven })
    await links.insert(tx, known, account.id)
    if (!isEmailProven) await emailProof.send(tx, account)
    return account
  })
  if (!account) return null
  outbox.wake()
  const detail = { provider: known.provider.id }
  audit.record({ kind: 'user.registered', userId: account.id, ...originOf(request), detail })
  return account.id
}

/** Takes over an account whose address was never verified. False if that has changed meanwhile. */
export async function takeOver(
  services: FederationServices,
  holder: Account,
  known: KnownIdentity,
  request: RequestContext,
): Promise<boolean> {
  const { db, ports, knownDevices, links, credentials, mails, events, revocations, outbox, audit } = services
  const isMaker = knownDevices.recognizes(request, holder.id)
  const { ip } = request
  const entries = await db.transaction(async (tx) => {
    const locked = await lockUser(tx, holder.id)
    if (!locked || (await look(services, tx, known)).decision !== 'take_over') return null
    const { account, revoked } = await credentials.addressProven(tx, locked, { isMaker, ip })
    await links.insert(tx, known, account.id)
    const { label: name } = known.provider
    const about = { account, notice: notices.linked, name, at: ports.now(), ip } as const
    const address = mails.credentialChanged(about)
    const more = await events.apply(tx, account, 'provider_linked', { mails: { address } })
    return await revocations.append(tx, [...revoked, ...more])
  })
  if (!entries) return false
  revocations.remember(entries)
  outbox.wake()
  const about = { userId: holder.id, ...originOf(request), detail: { provider: known.provider.id } }
  audit.record({ kind: 'email.verified', ...about })
  audit.record({ kind: 'federation.linked', ...about })
  return true
}
