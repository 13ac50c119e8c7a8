import type { SecondFactorEnrolmentNeeded, SecondFactorNeeded } from '@latchkey/contract'
import type { Answer } from '../sessions/route.ts'
import { linkTo, type PageContext } from './page-context.ts'

export const secondFactorPath = '/second-factor'
export const enrolmentPath = '/second-factor/set-up'

type Waiting = SecondFactorNeeded | SecondFactorEnrolmentNeeded

/** Returns the path where an unfinished sign-in continues; null if it is complete or the answer is not of a sign-in. */
export function waitingPath({ body }: Pick<Answer, 'body'>, page: PageContext): string | null {
  const { next, ticket: token } = (body ?? {}) as Partial<Waiting>
  if (token === undefined) return null
  if (next === 'second_factor') return linkTo(secondFactorPath, page, { token })
  return next === 'second_factor_enrolment' ? linkTo(enrolmentPath, page, { token }) : null
}
