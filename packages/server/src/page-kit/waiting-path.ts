import type { SecondFactorEnrolmentNeeded, SecondFactorNeeded } from '@latchkey/contract'
import type { Answer } from '../sessions/route.ts'
import { along, type Visit } from './page-context.ts'

export const secondFactorPath = '/second-factor'
export const enrolmentPath = '/second-factor/set-up'

type Waiting = SecondFactorNeeded | SecondFactorEnrolmentNeeded

/** Where a sign-in goes on that is not done; null for one that is, and for what is no sign-in. */
export function waitingPath({ body }: Pick<Answer, 'body'>, visit: Visit): string | null {
  const { next, ticket: token } = (body ?? {}) as Partial<Waiting>
  if (token === undefined) return null
  if (next === 'second_factor') return along(secondFactorPath, visit, { token })
  return next === 'second_factor_enrolment' ? along(enrolmentPath, visit, { token }) : null
}
