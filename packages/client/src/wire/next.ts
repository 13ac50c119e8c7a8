import type { AnySignedIn, User } from './wire.ts'

/** The next step after a proof was accepted. */
export type Next =
  | { next: 'done'; user: User }
  /** To be answered with `auth.secondFactor.verify`. */
  | SecondFactorNeeded
  /** To be answered with `auth.secondFactor.enrol`, after `beginEnrolment`. */
  | SecondFactorEnrolmentNeeded

export interface SecondFactorNeeded {
  next: 'second_factor'
  ticket: string
  factors: string[]
  /** True if `trustDevice` may be sent with the proof. */
  canTrustDevice: boolean
}

/** The account must have a second factor, and has none yet. */
export interface SecondFactorEnrolmentNeeded {
  next: 'second_factor_enrolment'
  ticket: string
  /** The factors that can be enrolled. */
  factors: string[]
}

export type LoginAnswer = AnySignedIn | SecondFactorNeeded | SecondFactorEnrolmentNeeded

export const nextOf = (answer: LoginAnswer): Next =>
  'next' in answer ? answer : { next: 'done', user: answer.user }
