import type { ChallengePurpose } from '../../core/challenges/purpose.ts'
import type { MethodServices } from '../../methods/method-services.ts'
import type { Subject } from '../../page-kit/form.ts'

export type SubjectServices = Pick<MethodServices, 'db' | 'challenges'>

/** The address that a link is about. Null if the link is wrong, used or expired. Consumes nothing. */
export async function findSubject(
  { db, challenges }: SubjectServices,
  purpose: ChallengePurpose,
  token: string,
  field = 'email',
): Promise<Subject | null> {
  const challenge = await challenges.peek(db, purpose, token)
  return challenge && { email: String(challenge.payload[field]) }
}
