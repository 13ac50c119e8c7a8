import { hours } from '@latchkey/contract'
import type { Config } from '../config/config.ts'
import type { Challenges } from '../core/challenges/challenges.ts'
import type { Database } from '../db/database.ts'
import { countOtherAdministrators } from '../identity/users/store.ts'

interface Needs {
  config: Config
  db: Database
  challenges: Challenges
}

const setUpTtl = hours(24)

/** The one-time link that makes the first administrator; null when there is one. */
export async function makeSetUpLink({ config, db, challenges }: Needs): Promise<string | null> {
  if ((await countOtherAdministrators(db, null)) > 0) return null
  const { token } = await db.transaction((tx) =>
    challenges.issue(tx, {
      purpose: 'set-up',
      subject: 'set-up',
      userId: null,
      payload: {},
      ttl: setUpTtl,
    }),
  )
  return `${config.publicUrl}/setup?token=${token}`
}
