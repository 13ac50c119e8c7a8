import type { UserId } from '@latchkey/contract'
import { AuthError } from '../core/auth-error.ts'
import { findAccount } from '../identity/users/store.ts'
import { enrolmentsPerAccount } from './options.ts'
import { type FactorChallengeState } from './tickets.ts'
import type { Enrollable, EnrolmentNeeds } from './enrolment-needs.ts'

export async function ask(
  services: EnrolmentNeeds,
  { name, enrolment }: Enrollable,
  userId: UserId,
): Promise<FactorChallengeState> {
  const { db, limits } = services
  const account = await findAccount(db, userId)
  if (!account) throw new AuthError('challenge_invalid')
  await limits.take(enrolmentsPerAccount, userId)
  return { factor: name, ...(await enrolment.begin(db, account)) }
}

export function getFactor(services: EnrolmentNeeds, name: string): Enrollable {
  const { methods } = services
  const found = methods.find(({ factor }) => factor?.name === name)?.factor
  if (!found?.enrolment) throw new AuthError('second_factor_invalid')
  return found as Enrollable
}
