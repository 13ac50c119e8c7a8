import {
  federationRoutes,
  type SecondFactorEnrolmentNeeded,
  type SecondFactorNeeded,
  type SignedIn,
  type SignedInByCookie,
} from '@latchkey/contract'
import { html } from 'hono/html'
import type { AuthError } from '../../../core/auth-error.ts'
import { toRefusal } from '../../../core/request/to-refusal.ts'
import { retryHeader } from '../../../page-kit/error-page.ts'
import { renderPage } from '../../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../../page-kit/page.ts'
import { linkTo, type PageContext, readPageContext } from '../../../page-kit/page-context.ts'
import { redirectAfterSignIn } from '../../../page-kit/redirect-after-sign-in.ts'
import { redirectTo } from '../../../page-kit/redirect-to.ts'
import { meaningOf } from '../../../page-kit/refusal-text.ts'
import type { Site } from '../../../page-kit/site.ts'
import { fill } from '../../../page-kit/words/fill.ts'
import type { Answer } from '../../../sessions/route.ts'
import { FederationRefusal } from '../refusal.ts'
import { words } from '../words.ts'
import { answerOf } from './answer.ts'
import { asPath, linkPath } from './federation-site.ts'

interface Outcome {
  returnTo: string | null
  result:
    | SignedIn
    | SignedInByCookie
    | SecondFactorNeeded
    | SecondFactorEnrolmentNeeded
    | { next: 'link'; ticket: string }
    | { next: 'linked'; id: string }
}

/** Back from the provider. */
export async function callbackPage(site: Site, request: PageRequest): Promise<Response> {
  const body = answerOf((name) => request.url.searchParams.getAll(name))
  const route = site.routeOf(federationRoutes.finishFederation)
  const answer = await site.callRoute(route, { params: request.params, body }, request)
  return redirectTo(destinationOf(site, answer, readPageContext(site, request)), answer)
}

function destinationOf(site: Site, { body }: Answer, page: PageContext): string {
  const { returnTo: asked, result } = body as Outcome
  const returnTo = site.destinations.allowed(asPath(site, asked))
  const onward = { ...page, returnTo }
  if ('next' in result && result.next === 'link') return linkTo(linkPath, onward, { token: result.ticket })
  if ('next' in result && result.next === 'linked') return returnTo ?? '/account/linked-accounts'
  return redirectAfterSignIn(site, { status: 200, body: result }, onward)
}

/** Wraps a page: its refusals tell people what they can do instead. */
export function withRefusals(site: Site, handle: Page['handle']): Page['handle'] {
  return async (request) => {
    try {
      return await handle(request)
    } catch (error) {
      const refusal = toRefusal(error, request.context.requestId, site.log)
      const asked = error instanceof FederationRefusal ? error.returnTo : null
      return await renderRefusal(site, request, refusal, site.destinations.allowed(asPath(site, asked)))
    }
  }
}

/** People refused by another service have other methods. */
async function renderRefusal(
  site: Site,
  request: PageRequest,
  refusal: AuthError,
  returnTo: string | null,
): Promise<Response> {
  const page = { ...readPageContext(site, request), returnTo, self: null }
  // The pending sign-in is gone: expired, used, or begun in another browser.
  const isDead = refusal.code === 'challenge_invalid'
  const title = isDead ? page.words['secondFactor.deadTitle'] : meaningOf(refusal.code, page)
  const id = html`<code>${request.context.requestId}</code>`
  return await renderPage(site, page, {
    title,
    status: refusal.status,
    headers: retryHeader(refusal),
    main: html`<h1>${title}</h1>
      <p>${isDead ? page.words['secondFactor.dead'] : words.refused(page)}</p>
      <p class="actions">
        <a class="button" href="${linkTo('/sign-in', page)}">${words.otherMethod(page)}</a>
      </p>
      <p class="note">${fill(page.words['errorPage.requestId'], { id })}</p>`,
  })
}
