import { createHmac } from 'node:crypto'
import type { UserId } from '@latchkey/contract'
import type { CoreServices } from '../method-services.ts'
import type { DerivedKey } from '../../core/secrets/keyring.ts'
import type { Factor, FactorClaim } from '../../sign-in/factor.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { Queryable } from '../../db/database.ts'
import { makeCode, readCode } from './code.ts'
import { amr, count, few } from './options.ts'
import { deleteCodes, isUnused, readStanding, replaceCodes, useCode } from './store.ts'
import { notices } from './mails.ts'

/** Codes on paper for a user who has lost another factor. */
export function createRecoveryFactor({
  ring,
  ports,
  outbox,
  mails,
  audit,
}: Pick<CoreServices, 'ring' | 'ports' | 'outbox' | 'mails' | 'audit'>): Factor {
  return {
    name: 'recovery-code',
    amr,
    isBackup: true,
    isEnrolled: 'EXISTS (SELECT 1 FROM recovery_code WHERE user_id = :userId AND used_at IS NULL)',
    remove: deleteCodes,
    makeBackupCodes,

    async describe(db, userId) {
      const { left, since } = await readStanding(db, userId)
      return since === null ? null : { since, left }
    },

    async verify(db, { userId, answer, origin }) {
      const code = 'code' in answer ? readCode(answer.code) : null
      if (code === null) return null
      for (const key of ring.keys('recovery-codes')) {
        const hash = hashOf(key, userId, code)
        if (await isUnused(db, userId, hash)) return (tx) => redeem(tx, userId, hash, origin)
      }
      ring.requireKnown('recovery-codes')
      return null
    },

    afterUse(userId, origin) {
      outbox.wake()
      audit.record({ kind: 'recovery_code.used', userId, ...origin })
    },
  }

  async function makeBackupCodes(tx: Queryable, userId: UserId): Promise<string[]> {
    const codes = new Set<string>()
    while (codes.size < count) codes.add(makeCode(ports))
    const key = ring.keys('recovery-codes')[0]!
    const hashes = [...codes].map((code) => hashOf(key, userId, readCode(code) as string))
    await replaceCodes(tx, userId, hashes, ports.now())
    return [...codes]
  }

  /** Sends a mail each time: the user of a code may have found the paper. */
  async function redeem(
    tx: Queryable,
    userId: UserId,
    hash: Uint8Array,
    { ip }: FactorClaim['origin'],
  ): Promise<boolean> {
    const at = ports.now()
    if (!(await useCode(tx, userId, hash, at))) return false
    const account = await findAccount(tx, userId)
    const { left } = await readStanding(tx, userId)
    const notice = left <= few ? notices.low : notices.used
    if (account)
      await outbox.mail(tx, mails.credentialChanged({ account, notice, name: String(left), at, ip }))
    return true
  }
}

/**
 * A thief of the table could hash through 50 bits in weeks: only a key outside it protects them. The hash is bound to
 * the user, so that it is not valid in another user's row. It begins with the id of the key.
 */
const hashOf = ({ id, key }: DerivedKey, userId: UserId, code: string): Uint8Array =>
  Buffer.concat([Buffer.of(id), createHmac('sha256', key).update(userId).update('\0').update(code).digest()])
