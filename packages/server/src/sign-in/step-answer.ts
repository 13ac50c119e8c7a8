import type { Answer } from '../sessions/route.ts'
import type { Grant } from '../sessions/session-response.ts'
import type { SignedInStep, SignInStep } from './sign-in-step.ts'

/**
 * The answer to whoever has proven a first factor: the session, or what is still to be done for it. `status` is that of
 * a session which has started.
 */
export async function answerStep(step: SignInStep, grant: Grant, status: 200 | 201 = 200): Promise<Answer> {
  if (step.next === 'done') return await answerSignedIn(step, grant, status)
  const { cookies, ...body } = step
  return { status: 200, body, cookies }
}

export async function answerSignedIn(
  { open, delivery, way, cookies }: SignedInStep,
  grant: Grant,
  status: 200 | 201 = 200,
): Promise<Answer> {
  const answer = await grant(open, { status, delivery, way, as: 'signedIn' })
  return cookies.length === 0 ? answer : { ...answer, cookies: [...(answer.cookies ?? []), ...cookies] }
}
