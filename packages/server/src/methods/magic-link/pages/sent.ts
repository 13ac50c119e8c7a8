import { codeRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Challenge } from '../../../core/challenges/challenge.ts'
import { createForm } from '../../../page-kit/create-form.ts'
import { mailDelayView } from '../../../page-kit/delay-view.ts'
import { withErrorPage } from '../../../page-kit/error-page.ts'
import type { FormHalves } from '../../../page-kit/form.ts'
import { renderPage } from '../../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../../page-kit/page.ts'
import { readPageContext } from '../../../page-kit/page-context.ts'
import { readPost } from '../../../page-kit/read-post.ts'
import { redirectAfterSignIn } from '../../../page-kit/redirect-after-sign-in.ts'
import { redirectTo } from '../../../page-kit/redirect-to.ts'
import { againView, rememberField, sentView } from '../../../page-kit/sent-code-pages.ts'
import { sessionKindOf } from '../../../page-kit/session-kind.ts'
import type { Site } from '../../../page-kit/site.ts'
import { words } from '../words.ts'
import {
  addressOf,
  askPath,
  comparesCodes,
  type LinkPageServices,
  purpose,
  sentPath,
} from './link-services.ts'

/** Waits for the link, in the browser that asked for it; other browsers are led to the page that asks for it. */
export function createSentPages(site: Site, services: LinkPageServices): Page[] {
  const compares = comparesCodes(services.config)
  const pages: Page[] = [
    {
      method: 'GET',
      path: sentPath,
      async handle(request) {
        const waiting = await findWaiting(services, request)
        if (!waiting) return redirectTo(askPath)
        if (compares) return await codeForm(site, services, waiting).show(request)
        return await renderWaiting(site, services, waiting, request)
      },
    },
    {
      method: 'POST',
      path: sentPath,
      async handle(request) {
        const values = await readPost(site, request)
        const waiting = compares ? await findWaiting(services, request) : null
        return waiting ? await codeForm(site, services, waiting).submit(request, values) : redirectTo(askPath)
      },
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

async function findWaiting(
  { db, pendingCodes, ticketCookies }: LinkPageServices,
  { context }: PageRequest,
): Promise<Challenge | null> {
  const [ticket = ''] = ticketCookies.magicLink.read(context)
  return await pendingCodes.find(db, purpose, ticket)
}

async function renderWaiting(
  site: Site,
  services: LinkPageServices,
  waiting: Challenge,
  request: PageRequest,
): Promise<Response> {
  const page = readPageContext(site, request)
  const title = page.words['code.title']
  return await renderPage(site, page, {
    title,
    main: html`<h1>${title}</h1>
      ${sentView(words.sent(page), 'email', addressOf(waiting), page.language)}
      ${mailDelayView(services, page)} ${againView(page.words['code.again'], askPath, page)}`,
  })
}

/** Waits for the link, or for the code that it shows in another browser. */
const codeForm = (site: Site, services: LinkPageServices, waiting: Challenge): FormHalves =>
  createForm(site, {
    path: sentPath,
    title: 'code.title',
    route: site.routeOf(codeRoutes.verifyMagicLink),
    explain: (page) =>
      html`${sentView(words.sent(page), 'email', addressOf(waiting), page.language)}
        <p>${words.compare(page)}</p>`,
    fields: [{ name: 'code', label: 'field.code', kind: 'code', hint: words.codeHint }, rememberField],
    initial: { remember: 'true' },
    body: sessionKindOf(services.config),
    button: 'signIn.button',
    above: (page) => mailDelayView(services, page),
    below: (page) => againView(page.words['code.again'], askPath, page),
    after: (answer, page) => redirectAfterSignIn(site, answer, page),
  })
