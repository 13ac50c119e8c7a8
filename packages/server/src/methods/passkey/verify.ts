import type { PasskeyAssertion, UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { Queryable } from '../../db/database.ts'
import { findAccount } from '../../identity/users/store.ts'
import { type Expectation, idOf, refusal, verifyAssertion } from './ceremony.ts'
import { requestOptions, userHandleOf } from './ceremony-options.ts'
import { newChallenge } from './challenge.ts'
import type { CheckServices } from './passkey-services.ts'
import { decideCounter } from './policy.ts'
import { recordPasskey } from './record.ts'
import { findPasskey, listPasskeys, type PasskeyRow, suspectPasskey, usePasskey } from './store.ts'
import { notices } from './mails.ts'

/** A passkey that has signed its challenge; it counts once `use` has succeeded. */
export interface ProvenPasskey {
  row: PasskeyRow
  userVerified: boolean
  use: (tx: Queryable) => Promise<boolean>
}

type Origin = Pick<RequestContext, 'ip' | 'userAgent'>

/** Returns a challenge for the passkeys of a known user. */
export async function ask(
  services: CheckServices,
  userId: UserId,
): Promise<{ options: Record<string, unknown>; challenge: string }> {
  const { db, rp, config, ports } = services
  const challenge = newChallenge(ports)
  const allowed = await listPasskeys(db, userId)
  return {
    options: requestOptions({ rp, challenge, userVerification: config.passkeyUserVerification, allowed }),
    challenge,
  }
}

/** Holds an answer to {@link ask} against the user's passkeys. Throws AuthError `passkey_invalid`, `passkey_unknown`. */
export async function prove(
  services: CheckServices,
  userId: UserId,
  challenge: string,
  response: PasskeyAssertion,
): Promise<ProvenPasskey> {
  const { rp, config } = services
  const expected = { rp, challenge, userVerification: config.passkeyUserVerification }
  return await verify(services, response, expected, { ip: null, userAgent: null }, userId)
}

/** Uses nothing up. The counter is checked twice: here, to notify the owner, and by the statement that advances it. */
export async function verify(
  services: CheckServices,
  response: PasskeyAssertion,
  expected: Expectation,
  origin: Origin,
  owner?: UserId,
): Promise<ProvenPasskey> {
  const { db, ports } = services
  const row = await findPasskey(db, idOf(response))
  if (!row) throw new AuthError('passkey_unknown')
  requireOwner(row, response, owner)
  const known = {
    publicKey: row.public_key,
    algorithm: row.algorithm,
    backupEligible: row.backup_eligible === 1,
  }
  const { signCount, backedUp, userVerified } = await verifyAssertion(response, known, expected)
  if (decideCounter(row.sign_count, signCount) === 'went_back') {
    await suspect(services, row, origin)
    throw refusal('the counter went back')
  }
  const used = { id: row.id, signCount, backedUp: Number(backedUp), now: ports.now() }
  return { row, userVerified, use: (tx) => usePasskey(tx, used) }
}

/** The owner is told once: otherwise an attacker with the copy could fill their mailbox. */
async function suspect(services: CheckServices, row: PasskeyRow, origin: Origin): Promise<void> {
  const { db, ports, outbox, mails } = services
  const userId = formatUuid(row.user_id) as UserId
  const isNews = await db.transaction(async (tx) => {
    const account = await findAccount(tx, userId)
    if (!account || !(await suspectPasskey(tx, row.id, ports.now()))) return false
    const about = {
      account,
      notice: notices.suspected,
      name: row.name,
      at: ports.now(),
      ip: origin.ip,
    } as const
    await outbox.mail(tx, mails.credentialChanged(about))
    return true
  })
  if (isNews) outbox.wake()
  recordPasskey(services, 'passkey.suspected', userId, row, origin)
}

/** §7.2 (6): the user named by the passkey, and the one who was asked, must be its owner here. */
function requireOwner({ user_id }: PasskeyRow, { response }: PasskeyAssertion, owner?: UserId): void {
  const holder = formatUuid(user_id) as UserId
  if (owner !== undefined && owner !== holder) throw refusal('of another user')
  const { userHandle } = response
  if (userHandle && userHandle !== userHandleOf(holder)) throw refusal('another user handle')
}
