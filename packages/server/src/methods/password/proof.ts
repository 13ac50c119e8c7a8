import type { UserId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { SignInRequest, FirstProof } from '../../sign-in/first-proof.ts'
import { amr } from './options.ts'
import { findPassword } from './store.ts'

/** The proof that the user's password of this version was given. It is valid while that is the user's password. */
export function proofOf(userId: UserId, version: number, how: SignInRequest): FirstProof {
  const stillValid = async (tx: Queryable) => (await findPassword(tx, userId))?.version === version
  return { userId, method: 'password', amr, stillValid, ...how }
}
