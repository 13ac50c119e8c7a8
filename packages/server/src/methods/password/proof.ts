import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { SignInRequest, FirstProof } from '../../sign-in/first-proof.ts'
import { amr } from './options.ts'
import { findPassword } from './store.ts'

/** That the user's password of this version has been given. It counts for as long as that is the user's password. */
export function proofOf(userId: UserId, version: number, how: SignInRequest): FirstProof {
  const stillValid = async (tx: Queryable) => (await findPassword(tx, userId))?.version === version
  return { userId, method: 'password', amr, stillValid, ...how }
}
