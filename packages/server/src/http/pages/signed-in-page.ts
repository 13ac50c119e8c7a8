import { html } from 'hono/html'
import type { Account } from '../../identity/users/account.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import type { FormHalves } from '../../page-kit/form.ts'
import { renderPage } from '../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { linkTo, readPageContext } from '../../page-kit/page-context.ts'
import { readPost } from '../../page-kit/read-post.ts'
import { findSignedIn, type SignedInServices } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import { fill } from '../../page-kit/words/fill.ts'

type Show = FormHalves['show']

/** Shows a page to people who are not signed in; others are told that they are. */
export const unlessSignedIn =
  (site: Site, services: SignedInServices, show: Show): Show =>
  async (request) => {
    const account = await findSignedIn(services, request.context)
    return account ? await renderSignedIn(site, account, request) : await show(request)
  }

/** Creates the pages of a form for people who are not signed in. */
export function signedOutPages(
  site: Site,
  services: SignedInServices,
  path: string,
  { show, submit }: FormHalves,
): Page[] {
  const pages: Page[] = [
    { method: 'GET', path, handle: unlessSignedIn(site, services, show) },
    { method: 'POST', path, handle: async (request) => submit(request, await readPost(site, request)) },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

async function renderSignedIn(site: Site, { email }: Account, request: PageRequest): Promise<Response> {
  const page = readPageContext(site, request)
  const { words, returnTo } = page
  const title = words['signedIn.title']
  return await renderPage(site, page, {
    title,
    main: html`<h1>${title}</h1>
      <p>${fill(words['signedIn.text'], { email: html`<strong>${email}</strong>` })}</p>
      <p class="actions">
        <a class="button" href="${returnTo ?? site.destinations.fallback}">${words['signedIn.continue']}</a>
        <a class="button secondary" href="${linkTo('/sign-out', page)}">${words['signOut.button']}</a>
      </p>`,
  })
}
