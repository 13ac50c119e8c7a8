import type { Answer } from '../sessions/route.ts'
import type { Site } from './site.ts'
import type { PageContext } from './page-context.ts'
import { waitingPath } from './waiting-path.ts'

/** Returns the address after a sign-in, which is either complete or waiting for a second factor. */
export const redirectAfterSignIn = (site: Site, answer: Answer, page: PageContext): string =>
  waitingPath(answer, page) ?? page.returnTo ?? site.destinations.fallback
