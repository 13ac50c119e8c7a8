import type { Answer } from '../sessions/route.ts'
import type { Site } from './site.ts'
import type { Visit } from './page-context.ts'
import { waitingPath } from './waiting-path.ts'

/** Where a sign-in goes on: it is done, or waits for a second factor. */
export const arrive = (site: Site, answer: Answer, visit: Visit): string =>
  waitingPath(answer, visit) ?? visit.returnTo ?? site.destinations.fallback
