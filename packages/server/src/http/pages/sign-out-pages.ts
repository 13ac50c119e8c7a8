import { sessionRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Parts } from '../../services/create-services.ts'
import type { Route } from '../../sessions/route.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { fill } from '../../page-kit/words/fill.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { donePage, readPost, redirectTo } from '../../page-kit/form.ts'
import type { Html } from '../../page-kit/html.ts'
import { renderPage } from '../../page-kit/layout.ts'
import { findSignedIn, holdsSession } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, carriedFields, readVisit, type Visit } from '../../page-kit/page-context.ts'

/** Ends the session of this browser, by a button: a link that signs people out could be put anywhere. */
export function createSignOutPages(
  site: Site,
  parts: Parts,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const logout = routeOf(sessionRoutes.logout)
  const pages: Page[] = [
    { method: 'GET', path: '/sign-out', handle: show },
    { method: 'POST', path: '/sign-out', handle: submit },
  ]
  return [
    ...pages.map((page) => withErrorPage(site, page)),
    donePage(site, { path: '/sign-out/done', title: 'signOut.done', text: doneText }),
  ]

  async function show(request: PageRequest): Promise<Response> {
    const visit = readVisit(site, request)
    const account = await findSignedIn(parts, request.context)
    if (!account && !(await holdsSession(parts, request.context)))
      return redirectTo(along('/sign-out/done', visit))
    const { words } = visit
    return await renderPage(site, visit, {
      title: words['signOut.title'],
      main: html`<h1>${words['signOut.title']}</h1>
        ${account && html`<p>${fill(words['signedIn.text'], { email: html`<strong>${account.email}</strong>` })}</p>`}
        <form method="post" action="/sign-out">
          ${carriedFields(visit)}
          <button>${words['signOut.button']}</button>
        </form>`,
    })
  }

  async function submit(request: PageRequest): Promise<Response> {
    const values = await readPost(site, request)
    const visit = readVisit(site, request, values)
    const answer = await site.callRoute(logout, { body: { scope: 'this' } }, request)
    return redirectTo(along('/sign-out/done', visit), answer)
  }
}

const doneText = (visit: Visit): Html =>
  html`<p>${visit.words['signOut.doneText']}</p>
    <p class="actions">
      <a class="button" href="${along('/sign-in', visit)}">${visit.words['signIn.title']}</a>
    </p>`
