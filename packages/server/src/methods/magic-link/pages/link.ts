import { codeRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { AuthError } from '../../../core/auth-error.ts'
import type { Challenge } from '../../../core/challenges/challenge.ts'
import { createForm } from '../../../page-kit/create-form.ts'
import { withErrorPage } from '../../../page-kit/error-page.ts'
import { subjectText, type FormHalves } from '../../../page-kit/form.ts'
import { hidden } from '../../../page-kit/html.ts'
import { renderPage } from '../../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../../page-kit/page.ts'
import { carriedFields, linkTo, readPageContext } from '../../../page-kit/page-context.ts'
import { readPost } from '../../../page-kit/read-post.ts'
import { redirectAfterSignIn } from '../../../page-kit/redirect-after-sign-in.ts'
import { redirectTo } from '../../../page-kit/redirect-to.ts'
import { rememberField } from '../../../page-kit/sent-code-pages.ts'
import { sessionKindOf } from '../../../page-kit/session-kind.ts'
import type { Site } from '../../../page-kit/site.ts'
import { fill } from '../../../page-kit/words/fill.ts'
import { words } from '../words.ts'
import {
  addressOf,
  askPath,
  comparesCodes,
  type LinkPageServices,
  openPath,
  purpose,
} from './link-services.ts'

/**
 * The page that the link leads to. Opening it consumes nothing: mail programs and scanners open it before its reader
 * does.
 */
export function createLinkPages(site: Site, services: LinkPageServices): Page[] {
  const { db, challenges, pendingCodes, ticketCookies } = services
  const open = openForm(site, services)
  const pages: Page[] = [
    {
      method: 'GET',
      path: openPath,
      async handle(request) {
        const [token = '', ...more] = request.url.searchParams.getAll('token')
        const challenge = more.length > 0 ? null : await challenges.peek(db, purpose, token)
        const isHere =
          challenge && pendingCodes.isRequester(challenge, ticketCookies.magicLink.read(request.context))
        return challenge && !isHere
          ? await renderElsewhere(site, services, { request, challenge, token })
          : await open.show(request)
      },
    },
    {
      method: 'POST',
      path: openPath,
      async handle(request) {
        const { reveal, ...values } = await readPost(site, request)
        return comparesCodes(services.config) && reveal === 'true'
          ? await renderCode(site, services, request, values)
          : await open.submit(request, values)
      },
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

const openForm = (site: Site, { config, db, challenges }: LinkPageServices): FormHalves =>
  createForm(site, {
    path: openPath,
    title: words.open,
    route: site.routeOf(codeRoutes.verifyMagicLink),
    find: async (token) => {
      const challenge = await challenges.peek(db, purpose, token)
      return challenge && { email: addressOf(challenge) }
    },
    explain: (page, subject) => subjectText(words.openText(page), subject),
    fields: [rememberField],
    initial: { remember: 'true' },
    body: sessionKindOf(config),
    button: 'signIn.button',
    deadLink: words.dead,
    fallback: { path: askPath, label: words.title },
    after: (answer, page) => redirectAfterSignIn(site, answer, page),
  })

async function renderElsewhere(
  site: Site,
  { config }: LinkPageServices,
  { request, challenge, token }: { request: PageRequest; challenge: Challenge; token: string },
): Promise<Response> {
  const page = readPageContext(site, request)
  const compares = comparesCodes(config)
  const title = words.elsewhereTitle(page)
  const text = compares ? words.elsewhereText : words.elsewhereRefuse
  return await renderPage(site, page, {
    title,
    main: html`<h1>${title}</h1>
      ${subjectText(text(page), { email: addressOf(challenge) })}
      ${
        compares &&
        html`<form method="post" action="${openPath}">
          ${carriedFields(page)} ${hidden('token', token)} ${hidden('reveal', 'true')}
          <button class="secondary">${words.reveal(page)}</button>
        </form>`
      }
      <p class="aside"><a href="${linkTo(askPath, page)}">${words.askHere(page)}</a></p>`,
  })
}

/** Rendered in the answer itself: at its own address the code would stay in the history. */
async function renderCode(
  site: Site,
  services: LinkPageServices,
  request: PageRequest,
  values: Readonly<Record<string, string>>,
): Promise<Response> {
  const page = readPageContext(site, request, values)
  const { token = '' } = values
  const coded = await reveal(site, services, token, request)
  if (coded === null) return redirectTo(linkTo(openPath, page, { token }))
  const title = words.codeTitle(page)
  const shown = { ...page, self: null }
  return await renderPage(site, shown, {
    title,
    headers: { 'cache-control': 'no-store' },
    main: html`<h1>${title}</h1>
      <p class="shown-code"><output>${coded.code}</output></p>
      <p class="notice">
        ${fill(words.codeWarning(page), { email: html`<strong>${coded.email}</strong>` })}
      </p>`,
  })
}

async function reveal(
  site: Site,
  { db, challenges }: LinkPageServices,
  token: string,
  request: PageRequest,
): Promise<{ code: string; email: string } | null> {
  const challenge = await challenges.peek(db, purpose, token)
  if (!challenge) return null
  try {
    const route = site.routeOf(codeRoutes.revealMagicLinkCode)
    const answer = await site.callRoute(route, { body: { token } }, request)
    const { code } = answer.body as { code: string }
    return { code, email: addressOf(challenge) }
  } catch (error) {
    if (error instanceof AuthError && error.code === 'challenge_invalid') return null
    throw error
  }
}
