import { lockUser } from '../identity/users/locks.ts'
import type { EnrolledFactor, SecondFactors as Listed, UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Mails } from '../identity/mails/mails.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Factor, FactorClaim } from './factor.ts'
import type { FactorMethod } from './factor.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Revoked, RevocationLog } from '../core/revocations/log.ts'
import type { Sessions } from '../sessions/service.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import type { Account } from '../identity/users/account.ts'
import { isoTimeOrNull } from '../core/iso-time.ts'

import type { SecondFactorPolicy } from './policy.ts'
import { mailAmr } from './options.ts'
import { enrollableOf } from './sign-in.ts'
import { removeTrustedDevices } from '../sessions/trusted-devices/store.ts'
import type { TrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'

/** What holds for the second factors of all methods together. */
export interface SecondFactors {
  list(userId: UserId): Promise<Listed>
  enrolled(db: Queryable, userId: UserId): Promise<EnrolledFactor[]>
  /** True if the user has one that counts: neither a second step by mail, nor what merely stands in. */
  hasAny(db: Queryable, userId: UserId): Promise<boolean>
  /**
   * True if a session has proven as much as its user can: two factors, or one where there is no other. Whoever signs in by
   * mail reaches no aal2; a second factor that follows is then all that can be asked for.
   */
  isStrong(db: Queryable, proof: SessionProof): Promise<boolean>
  /** After one was kept, in the same transaction: the recovery codes that come with the first, else null. */
  afterEnrolment(tx: Queryable, userId: UserId): Promise<string[] | null>
  /** Throws `factor_not_found`, `second_factor_required`. `within`: in the same transaction. */
  remove(
    claims: SessionClaims,
    factor: string,
    origin: FactorClaim['origin'],
    within: (tx: Queryable, account: Account) => Promise<void>,
  ): Promise<void>
  /** Recovery codes anew. Throws `factor_not_found` where there is nothing that they could stand in for. */
  makeCodes(claims: SessionClaims, origin: FactorClaim['origin']): Promise<string[]>
  /** For a user who has lost them: everything that is asked for goes, and every session. Returns what is revoked. */
  resetWithin(tx: Queryable, account: Account): Promise<Revoked[]>
}

/** What a session has proven. */
export interface SessionProof {
  userId: UserId
  amr: readonly string[]
  aal: number
}

export interface SecondFactorsOptions {
  db: Database
  ports: Ports
  sessions: Sessions
  revocations: RevocationLog
  outbox: Outbox
  mails: Mails
  audit: Audit
  policy: SecondFactorPolicy
  trustedDevices: TrustedDevices
  /** Looked at anew each time, for methods are wired after this. */
  methods: readonly FactorMethod[]
}

export function createSecondFactors(options: SecondFactorsOptions): SecondFactors {
  const { db, ports, sessions, revocations, outbox, mails, audit, policy, methods } = options

  return { list, enrolled, hasAny, isStrong, afterEnrolment, remove, makeCodes, resetWithin }

  async function list(userId: UserId): Promise<Listed> {
    return {
      required: await policy.isRequired(db, userId),
      factors: await enrolled(db, userId),
      canEnrol: enrollableOf(methods),
      trustedDevices: await options.trustedDevices.list(userId),
    }
  }

  async function enrolled(on: Queryable, userId: UserId): Promise<EnrolledFactor[]> {
    const found: EnrolledFactor[] = []
    for (const factor of factors()) {
      const { name, isBackup = false } = factor
      const { since = null, left = null } = (await factor.describe?.(on, userId)) ?? {}
      if (await factor.isEnrolled(on, userId))
        found.push({ name, isBackup, since: isoTimeOrNull(since), left })
    }
    return found
  }

  async function hasAny(on: Queryable, userId: UserId): Promise<boolean> {
    for (const { isBackup, isFactor, isEnrolled } of factors()) {
      if (!isBackup && isFactor !== false && (await isEnrolled(on, userId))) return true
    }
    return false
  }

  async function isStrong(on: Queryable, proof: SessionProof): Promise<boolean> {
    return proof.aal >= 2 || followsMail(proof, factors()) || !(await hasAny(on, proof.userId))
  }

  async function afterEnrolment(tx: Queryable, userId: UserId): Promise<string[] | null> {
    const backup = backupFactor()
    if (!backup || (await backup.isEnrolled(tx, userId))) return null
    return await backup.makeCodes(tx, userId)
  }

  async function remove(
    claims: SessionClaims,
    name: string,
    origin: FactorClaim['origin'],
    within: (tx: Queryable, account: Account) => Promise<void>,
  ): Promise<void> {
    const { sub: userId, sid } = claims
    const entries = await db.transaction(async (tx) => {
      const account = await lock(tx, userId)
      if (!(await factorOf(name)?.remove?.(tx, userId))) throw new AuthError('factor_not_found')
      if (!(await hasAny(tx, userId))) await removeStandIns(tx, userId)
      await within(tx, account)
      return await revocations.append(tx, await sessions.endAllWithin(tx, userId, 'factors_changed', sid))
    })
    revocations.remember(entries)
    outbox.wake()
    audit.record({ kind: 'factor.removed', userId, sessionId: sid, ...origin, detail: { factor: name } })
  }

  /** What stood in for the last factor opens nothing, and must not come to life with the next. */
  async function removeStandIns(tx: Queryable, userId: UserId): Promise<void> {
    if (await policy.isRequired(tx, userId)) throw new AuthError('second_factor_required')
    for (const factor of factors()) if (factor.isBackup) await factor.remove?.(tx, userId)
  }

  async function makeCodes(claims: SessionClaims, origin: FactorClaim['origin']): Promise<string[]> {
    const { sub: userId, sid } = claims
    const codes = await db.transaction(async (tx) => {
      const account = await lock(tx, userId)
      const backup = backupFactor()
      if (!backup || !(await hasAny(tx, userId))) throw new AuthError('factor_not_found')
      const made = await backup.makeCodes(tx, userId)
      await removeTrustedDevices(tx, userId)
      const at = ports.now()
      await outbox.mail(
        tx,
        mails.credentialChanged({ account, notice: 'recovery_codes_made', at, ip: origin.ip }),
      )
      return made
    })
    outbox.wake()
    audit.record({ kind: 'recovery_code.made', userId, sessionId: sid, ...origin })
    return codes
  }

  async function resetWithin(tx: Queryable, account: Account): Promise<Revoked[]> {
    for (const { lifecycle } of methods) await lifecycle.onCredentialsChanged(tx, account.id, 'factors_reset')
    const at = ports.now()
    await outbox.mail(tx, mails.credentialChanged({ account, notice: 'factors_reset', at, ip: null }))
    return await sessions.endAllWithin(tx, account.id, 'factors_reset')
  }

  /** Whoever changes factors of the same user waits; so does whoever disables them. */
  async function lock(tx: Queryable, userId: UserId): Promise<Account> {
    const account = await lockUser(tx, userId)
    if (!account || account.disabledAt !== null) throw new AuthError('token_revoked')
    return account
  }

  function factors(): Factor[] {
    return methods.flatMap(({ factor }) => factor ?? [])
  }

  function factorOf(name: string): Factor | undefined {
    return factors().find((factor) => factor.name === name)
  }

  function backupFactor(): (Factor & Required<Pick<Factor, 'makeCodes'>>) | undefined {
    return factors().find(
      (factor): factor is Factor & Required<Pick<Factor, 'makeCodes'>> => factor.makeCodes !== undefined,
    )
  }
}

const followsMail = ({ amr }: SessionProof, factors: readonly Factor[]): boolean =>
  amr.includes(mailAmr) &&
  factors.some((factor) => factor.isFactor !== false && factor.amr.some((each) => amr.includes(each)))
