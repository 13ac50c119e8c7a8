import type { AnySignedIn, User } from './wire.ts'

/** What comes next after a proof was accepted. */
export type Next =
  | { next: 'done'; user: User }
  /** To be answered with `auth.secondFactor.verify`. */
  | SecondFactorNeeded

export interface SecondFactorNeeded {
  next: 'second_factor'
  ticket: string
  factors: string[]
}

export type LoginAnswer = AnySignedIn | SecondFactorNeeded

export const nextOf = (answer: LoginAnswer): Next =>
  'next' in answer ? answer : { next: 'done', user: answer.user }
