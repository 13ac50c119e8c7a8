import { sessionRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { fill } from '../../page-kit/words/fill.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { donePage } from '../../page-kit/form-with-done.ts'
import { readPost } from '../../page-kit/read-post.ts'
import { redirectTo } from '../../page-kit/redirect-to.ts'
import { renderPage } from '../../page-kit/layout.ts'
import { signInView } from '../../page-kit/sign-in-view.ts'
import { findSignedIn, holdsSession, type SignedInServices } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import { linkTo, carriedFields, readPageContext } from '../../page-kit/page-context.ts'

/** Ends the session of this browser, by a button: a link that signs people out could be put anywhere. */
export function createSignOutPages(site: Site, services: SignedInServices): Page[] {
  const logout = site.routeOf(sessionRoutes.logout)
  const pages: Page[] = [
    { method: 'GET', path: '/sign-out', handle: show },
    { method: 'POST', path: '/sign-out', handle: submit },
  ]
  return [
    ...pages.map((page) => withErrorPage(site, page)),
    donePage(site, {
      path: '/sign-out/done',
      title: 'signOut.done',
      text: (page) => signInView('signOut.doneText', page),
    }),
  ]

  async function show(request: PageRequest): Promise<Response> {
    const page = readPageContext(site, request)
    const account = await findSignedIn(services, request.context)
    if (!account && !(await holdsSession(services, request.context)))
      return redirectTo(linkTo('/sign-out/done', page))
    const { words } = page
    return await renderPage(site, page, {
      title: words['signOut.title'],
      main: html`<h1>${words['signOut.title']}</h1>
        ${account && html`<p>${fill(words['signedIn.text'], { email: html`<strong>${account.email}</strong>` })}</p>`}
        <form method="post" action="/sign-out">
          ${carriedFields(page)}
          <button>${words['signOut.button']}</button>
        </form>`,
    })
  }

  async function submit(request: PageRequest): Promise<Response> {
    const values = await readPost(site, request)
    const page = readPageContext(site, request, values)
    const answer = await site.callRoute(logout, { body: { scope: 'this' } }, request)
    return redirectTo(linkTo('/sign-out/done', page), answer)
  }
}
