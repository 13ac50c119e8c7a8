import type { Answer } from '../sessions/route.ts'
import type { SessionResponder } from '../sessions/session-response.ts'
import type { SignedInStep, SignInStep } from './sign-in-step.ts'

/**
 * Returns the answer after a first factor: the session, or the next step. `status` is that of a started session.
 */
export async function answerStep(
  step: SignInStep,
  respond: SessionResponder,
  status: 200 | 201 = 200,
): Promise<Answer> {
  if (step.next === 'done') return await answerSignedIn(step, respond, status)
  const { cookies, ...body } = step
  return { status: 200, body, cookies }
}

export async function answerSignedIn(
  { open, tokenTransport, rememberAs, cookies }: SignedInStep,
  respond: SessionResponder,
  status: 200 | 201 = 200,
): Promise<Answer> {
  const answer = await respond(open, { status, tokenTransport, rememberAs, as: 'signedIn' })
  return cookies.length === 0 ? answer : { ...answer, cookies: [...(answer.cookies ?? []), ...cookies] }
}
