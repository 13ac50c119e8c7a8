import type { Answer } from '../sessions/route.ts'
import type { Site } from './site.ts'
import type { PageContext } from './page-context.ts'
import { waitingPath } from './waiting-path.ts'

/** Where a sign-in goes on: it is done, or waits for a second factor. */
export const redirectAfterSignIn = (site: Site, answer: Answer, page: PageContext): string =>
  waitingPath(answer, page) ?? page.returnTo ?? site.destinations.fallback
