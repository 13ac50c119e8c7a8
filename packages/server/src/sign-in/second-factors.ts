import { lockHolder } from '../accounts/lock-holder.ts'
import type { EnrolledFactor, SecondFactors as Listed, UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { CredentialNotice, Mails } from '../identity/mails/mails.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Factor, FactorClaim } from './factor.ts'
import type { FactorMethod } from './factor.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { RevocationLog } from '../core/revocations/log.ts'
import type { AccountEvents } from '../identity/events/account-events.ts'
import type { SessionClaims } from '../sessions/tokens/access-token.ts'
import { isoTimeOrNull } from '../core/iso-time.ts'

import { createFactorChanges, type FactorChanges } from './factor-changes.ts'
import type { SecondFactorPolicy } from './policy.ts'
import { mailAmr } from './options.ts'
import { enrollableOf } from './proceed.ts'
import type { ReadUserFactors } from './user-factors.ts'
import type { TrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'

/** Rules for the second factors of all methods together. */
export interface SecondFactors extends FactorChanges {
  list(userId: UserId): Promise<Listed>
  enrolled(db: Queryable, userId: UserId): Promise<EnrolledFactor[]>
  /** True if the user has one that counts: neither a second step by mail, nor what merely stands in. */
  hasAny(db: Queryable, userId: UserId): Promise<boolean>
  /**
   * True if a session is authenticated as strongly as its user can: with two factors, or with one if there is no other.
   * A sign-in by mail never reaches aal2; a second factor after it is all that can be asked for.
   */
  isStrong(db: Queryable, proof: SessionProof): Promise<boolean>
  /**
   * Makes the recovery codes that come with the first factor, for callers that can show them; null if there are some.
   */
  makeFirstCodes(tx: Queryable, userId: UserId): Promise<string[] | null>
  /** Throws `factor_not_found`, `second_factor_required`. */
  remove(
    claims: SessionClaims,
    factor: string,
    origin: FactorClaim['origin'],
    notice: CredentialNotice,
  ): Promise<void>
  /** Makes new recovery codes. Throws `factor_not_found` if there is no factor that they could stand in for. */
  makeBackupCodes(claims: SessionClaims, origin: FactorClaim['origin']): Promise<string[]>
}

/** The authentication of a session. */
export interface SessionProof {
  userId: UserId
  amr: readonly string[]
  aal: number
}

export interface SecondFactorsOptions {
  db: Database
  ports: Ports
  events: AccountEvents
  mails: Mails
  revocations: RevocationLog
  outbox: Outbox
  audit: Audit
  policy: SecondFactorPolicy
  trustedDevices: TrustedDevices
  methods: readonly FactorMethod[]
  readUserFactors: ReadUserFactors
}

/** See {@link SecondFactors.hasAny}; for what stands below sign-in. */
export const createHasSecondFactor =
  (readUserFactors: ReadUserFactors): SecondFactors['hasAny'] =>
  async (on, userId) =>
    [...(await readUserFactors(on, userId)).enrolled].some(counts)

const counts = ({ isBackup = false, isFactor }: Factor): boolean => !isBackup && isFactor !== false

export function createSecondFactors(options: SecondFactorsOptions): SecondFactors {
  const { db, ports, revocations, outbox, audit, policy, methods, readUserFactors } = options
  const hasAny = createHasSecondFactor(readUserFactors)
  const changes = createFactorChanges({ ...options, hasAny })

  return { list, enrolled, hasAny, isStrong, makeFirstCodes, remove, makeBackupCodes, ...changes }

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
    for (const factor of (await readUserFactors(on, userId)).enrolled) {
      const { name, isBackup = false } = factor
      const { since = null, left = null } = (await factor.describe?.(on, userId)) ?? {}
      found.push({ name, isBackup, since: isoTimeOrNull(since), left })
    }
    return found
  }

  async function isStrong(on: Queryable, proof: SessionProof): Promise<boolean> {
    if (proof.aal >= 2 || followsMail(proof, factors()) || !(await hasAny(on, proof.userId))) return true
    return (await provesAll(on, proof)) && !(await hasOtherMethod(on, proof))
  }

  async function provesAll(on: Queryable, { userId, amr }: SessionProof): Promise<boolean> {
    const { enrolled } = await readUserFactors(on, userId)
    return [...enrolled].filter(counts).every((factor) => factor.amr.some((each) => amr.includes(each)))
  }

  /** True if another method is left beside those used: a number that is the only one cannot be asked for twice. */
  async function hasOtherMethod(on: Queryable, { userId, amr }: SessionProof): Promise<boolean> {
    for (const { factor, lifecycle } of methods) {
      const isProven = factor?.amr.some((each) => amr.includes(each)) ?? false
      if (!isProven && (await lifecycle.countUsable(on, userId)) > 0) return true
    }
    return false
  }

  async function makeFirstCodes(tx: Queryable, userId: UserId): Promise<string[] | null> {
    const backup = backupFactor()
    if (!backup || (await readUserFactors(tx, userId)).enrolled.has(backup)) return null
    return await backup.makeBackupCodes(tx, userId)
  }

  async function remove(
    claims: SessionClaims,
    name: string,
    { ip, userAgent }: FactorClaim['origin'],
    notice: CredentialNotice,
  ): Promise<void> {
    const { sub: userId, sid } = claims
    const entries = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId, sessionId: sid }, ports.now())
      if (!(await factorOf(name)?.remove?.(tx, userId))) throw new AuthError('factor_not_found')
      return await revocations.append(
        tx,
        await changes.removed(tx, account, { was: 'factor', sessionId: sid, notice, ip }),
      )
    })
    revocations.remember(entries)
    outbox.wake()
    audit.record({ kind: 'factor.removed', userId, sessionId: sid, ip, userAgent, detail: { factor: name } })
  }

  async function makeBackupCodes(claims: SessionClaims, origin: FactorClaim['origin']): Promise<string[]> {
    const { sub: userId, sid } = claims
    const codes = await db.transaction(async (tx) => {
      const account = await lockHolder(tx, { userId, sessionId: sid }, ports.now())
      const backup = backupFactor()
      if (!backup || !(await hasAny(tx, userId))) throw new AuthError('factor_not_found')
      await changes.codesMade(tx, account, { sessionId: sid, notice: 'recovery_codes_made', ip: origin.ip })
      return await backup.makeBackupCodes(tx, userId)
    })
    outbox.wake()
    audit.record({ kind: 'recovery_code.made', userId, sessionId: sid, ...origin })
    return codes
  }

  function factors(): Factor[] {
    return methods.flatMap(({ factor }) => factor ?? [])
  }

  function factorOf(name: string): Factor | undefined {
    return factors().find((factor) => factor.name === name)
  }

  function backupFactor(): (Factor & Required<Pick<Factor, 'makeBackupCodes'>>) | undefined {
    return factors().find(
      (factor): factor is Factor & Required<Pick<Factor, 'makeBackupCodes'>> =>
        factor.makeBackupCodes !== undefined,
    )
  }
}

const followsMail = ({ amr }: SessionProof, factors: readonly Factor[]): boolean =>
  amr.includes(mailAmr) &&
  factors.some((factor) => factor.isFactor !== false && factor.amr.some((each) => amr.includes(each)))
