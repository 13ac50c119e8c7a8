import type { SecondFactorNeeded, SignedIn, SignedInByCookie } from '@latchkey/contract'
import type { Answer } from '../../core/route.ts'
import type { Site } from './site.ts'
import { along, type Visit } from './visit.ts'

/** Where a sign-in goes on: it is done, or waits for a second factor. */
export function arrive(site: Site, { body }: Answer, visit: Visit): string {
  const step = body as SignedIn | SignedInByCookie | SecondFactorNeeded
  if ('next' in step) return along('/second-factor', visit, { token: step.ticket })
  return visit.returnTo ?? site.destinations.fallback
}
