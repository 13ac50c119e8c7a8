import type { Answer } from '../../core/route.ts'
import type { Site } from './site.ts'
import type { Visit } from './visit.ts'
import { waitingPath } from './waiting-path.ts'

/** Where a sign-in goes on: it is done, or waits for a second factor. */
export const arrive = (site: Site, answer: Answer, visit: Visit): string =>
  waitingPath(answer, visit) ?? visit.returnTo ?? site.destinations.fallback
