import type { Passkey, PasskeyAttestation } from '@latchkey/contract'
import { lockHolder, type SessionHolder } from '../../accounts/lock-holder.ts'
import { AuthError } from '../../core/auth-error.ts'
import { parseUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { deviceLabel } from '../../core/request/device-label.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import { UniqueViolation } from '../../db/database.ts'
import { findAccount } from '../../identity/users/store.ts'
import { refusal, verifyRegistration } from './ceremony.ts'
import { creationOptions } from './ceremony-options.ts'
import { type Ceremony, expectationOf, issueCeremony, newChallenge } from './challenge.ts'
import { mostPasskeys, registrationsPerAccount } from './options.ts'
import type { PasskeyServices } from './passkey-services.ts'
import { providerOf } from './providers.ts'
import { recordPasskey } from './record.ts'
import { insertPasskey, listPasskeys, type PasskeyRow } from './store.ts'
import { toPasskey } from './to-passkey.ts'
import { notices } from './mails.ts'

export interface RegistrationAnswer {
  ticket: string
  response: PasskeyAttestation
  name: string | null
}

/** Throws AuthError `passkey_limit_reached`, `rate_limited`. */
export async function beginRegistration(
  services: PasskeyServices,
  { userId, sessionId }: SessionHolder,
): Promise<Ceremony> {
  const { config, db, ports, limits, rp } = services
  const { appName, passkeyUserVerification: userVerification } = config
  await limits.take(registrationsPerAccount, userId)
  const account = await findAccount(db, userId)
  if (!account) throw new AuthError('token_revoked')
  const present = await listPasskeys(db, userId)
  if (present.length >= mostPasskeys) throw new AuthError('passkey_limit_reached')
  const challenge = newChallenge(ports)
  const about = { subject: sessionId, userId, sessionId, challenge }
  const ticket = await issueCeremony(services, 'passkey-registration', about)
  const options = creationOptions({ rp, appName, account, challenge, present, userVerification })
  return { ticket, options }
}

/** Throws AuthError `passkey_invalid`, `passkey_limit_reached`. */
export async function finishRegistration(
  services: PasskeyServices,
  { userId, sessionId }: SessionHolder,
  { ticket, response, name }: RegistrationAnswer,
  request: RequestContext,
): Promise<Passkey> {
  const { db, ports, challenges, outbox } = services
  const asked = await challenges.attempt(db, 'passkey-registration', ticket)
  if (asked?.userId !== userId || asked.payload['subject'] !== sessionId)
    throw refusal('no registration of this session')
  const made = await verifyRegistration(response, expectationOf(services, asked))
  const now = ports.now()
  const row: PasskeyRow = {
    id: uuidV7(ports),
    user_id: parseUuid(userId),
    credential_id: made.credentialId,
    public_key: made.publicKey,
    algorithm: made.algorithm,
    aaguid: made.aaguid,
    transports: made.transports.join(' '),
    name: name ?? providerOf(made.aaguid) ?? deviceLabel(request.userAgent),
    sign_count: made.signCount,
    backup_eligible: Number(made.backupEligible),
    backed_up: Number(made.backedUp),
    asked_after_password: 0,
    created_at: now,
    last_used_at: null,
    suspected_at: null,
  }
  const kept = await keep(services, row, { userId, sessionId, ticket }, request)
  outbox.wake()
  recordPasskey(services, 'passkey.added', userId, row, request)
  return toPasskey(kept)
}

async function keep(
  services: PasskeyServices,
  row: PasskeyRow,
  { userId, sessionId, ticket }: SessionHolder & { ticket: string },
  { ip }: Pick<RequestContext, 'ip'>,
): Promise<PasskeyRow> {
  const { db, ports, challenges, revocations, secondFactors } = services
  try {
    const { kept, entries } = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId, sessionId }, ports.now())
      if (!(await challenges.consume(tx, 'passkey-registration', ticket))) throw refusal('used')
      const present = await listPasskeys(tx, userId)
      if (present.length >= mostPasskeys) throw new AuthError('passkey_limit_reached')
      const kept = { ...row, asked_after_password: present[0]?.asked_after_password ?? 0 }
      await insertPasskey(tx, kept)
      const change = { sessionId, isFirst: false, notice: notices.added, name: row.name, ip } as const
      const revoked = await secondFactors.added(tx, account, change)
      return { kept, entries: await revocations.append(tx, revoked) }
    })
    revocations.remember(entries)
    return kept
  } catch (error) {
    // One answer whoever has the credential, so that it does not reveal the owner.
    if (error instanceof UniqueViolation) throw refusal('registered already', error)
    throw error
  }
}
