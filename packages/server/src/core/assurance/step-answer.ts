import type { Answer } from '../route.ts'
import type { Grant } from '../sessions/grant.ts'
import type { SignInStep } from './sign-in.ts'

/** The answer to whoever has proven a first factor: the session, or what is still to be done for it. */
export const answerStep = async (step: SignInStep, grant: Grant): Promise<Answer> =>
  step.next === 'done' ? await grant(step.open, { ...step, as: 'signedIn' }) : { status: 200, body: step }
