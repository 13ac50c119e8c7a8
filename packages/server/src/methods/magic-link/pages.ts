import { codeRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { AuthError } from '../../core/auth-error.ts'
import type { Challenge } from '../../core/challenges/challenge.ts'
import type { Route } from '../../sessions/route.ts'
import type { MethodServices } from '../method-services.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { arrive } from '../../page-kit/redirect-after-sign-in.ts'
import { fill } from '../../page-kit/words/fill.ts'
import { againView, backView, sentView } from '../../page-kit/code-pages.ts'
import { mailDelayView } from '../../page-kit/delay-view.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import {
  about,
  createForm,
  type FormHalves,
  formPages,
  readPost,
  redirectTo,
  sessionKindOf,
} from '../../page-kit/form.ts'
import { renderPage } from '../../page-kit/layout.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, carriedFields, readVisit } from '../../page-kit/page-context.ts'
import { hidden } from '../../page-kit/html.ts'

const purpose = 'magic-link'
const from = '/sign-in/magic-link'
const sentPath = `${from}/sent`
const openPath = `${from}/open`

/** Signing in by a link: asking for it, waiting for it, and what it leads to, here and in other browsers. */
export function createMagicLinkPages(
  site: Site,
  parts: Pick<MethodServices, 'config' | 'db' | 'challenges' | 'asked' | 'ticketCookies' | 'outbox'>,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { config, db, challenges, asked, ticketCookies } = parts
  if (!config.signInMethods.includes(purpose)) return []
  const compares = config.magicLinkOtherDevice === 'compare'
  const withSessionKind = sessionKindOf(config)
  const verify = routeOf(codeRoutes.verifyMagicLink)

  const open = createForm(site, {
    path: openPath,
    title: 'magicLink.open',
    route: verify,
    find: async (token) => {
      const challenge = await challenges.peek(db, purpose, token)
      return challenge && { email: addressOf(challenge) }
    },
    explain: ({ words }, subject) => about(words['magicLink.openText'], subject),
    fields: [{ name: 'remember', label: 'field.remember', kind: 'choice' }],
    initial: { remember: 'true' },
    body: withSessionKind,
    button: 'signIn.button',
    deadLink: 'magicLink.dead',
    deadWay: { path: from, label: 'magicLink.title' },
    after: (answer, visit) => arrive(site, answer, visit),
  })

  const pages: Page[] = [
    { method: 'GET', path: sentPath, handle: showSent },
    { method: 'POST', path: sentPath, handle: submitCode },
    { method: 'GET', path: openPath, handle: showLink },
    { method: 'POST', path: openPath, handle: followLink },
  ]
  return [
    ...formPages(site, {
      path: from,
      title: 'magicLink.title',
      route: routeOf(codeRoutes.sendMagicLink),
      explain: ({ words }) => html`<p>${words['magicLink.text']}</p>`,
      fields: [{ name: 'email', label: 'field.email', kind: 'email' }],
      button: 'magicLink.button',
      above: (visit) => mailDelayView(parts, visit),
      below: backView,
      after: (_, visit) => along(sentPath, visit),
    }),
    ...pages.map((page) => withErrorPage(site, page)),
  ]

  async function showSent(request: PageRequest): Promise<Response> {
    const waiting = await findWaiting(request)
    if (!waiting) return redirectTo(from)
    if (compares) return await codeForm(waiting).show(request)
    const visit = readVisit(site, request)
    const { words, language } = visit
    return await renderPage(site, visit, {
      title: words['code.title'],
      main: html`<h1>${words['code.title']}</h1>
        ${sentView(words['magicLink.sent'], 'email', addressOf(waiting), language)}
        ${mailDelayView(parts, visit)} ${againView(words['code.again'], from, visit)}`,
    })
  }

  async function submitCode(request: PageRequest): Promise<Response> {
    const values = await readPost(site, request)
    const waiting = compares ? await findWaiting(request) : null
    return waiting ? await codeForm(waiting).submit(request, values) : redirectTo(from)
  }

  async function findWaiting({ context }: PageRequest): Promise<Challenge | null> {
    const [ticket = ''] = ticketCookies.magicLink.read(context)
    return await asked.find(db, purpose, ticket)
  }

  /** Waits for the link, or for the code that it shows elsewhere. */
  function codeForm(waiting: Challenge): FormHalves {
    return createForm(site, {
      path: sentPath,
      title: 'code.title',
      route: verify,
      explain: ({ words, language }) =>
        html`${sentView(words['magicLink.sent'], 'email', addressOf(waiting), language)}
          <p>${words['magicLink.compare']}</p>`,
      fields: [
        { name: 'code', label: 'field.code', kind: 'code', hint: 'hint.linkCode' },
        { name: 'remember', label: 'field.remember', kind: 'choice' },
      ],
      initial: { remember: 'true' },
      body: withSessionKind,
      button: 'signIn.button',
      above: (visit) => mailDelayView(parts, visit),
      below: (visit) => againView(visit.words['code.again'], from, visit),
      after: (answer, visit) => arrive(site, answer, visit),
    })
  }

  /** Opening a link consumes nothing: mail programs and scanners open it before its reader does. */
  async function showLink(request: PageRequest): Promise<Response> {
    const [token = '', ...more] = request.url.searchParams.getAll('token')
    const challenge = more.length > 0 ? null : await challenges.peek(db, purpose, token)
    const isHere = challenge && asked.isAsker(challenge, ticketCookies.magicLink.read(request.context))
    return challenge && !isHere ? await showElsewhere(request, challenge, token) : await open.show(request)
  }

  async function showElsewhere(request: PageRequest, challenge: Challenge, token: string): Promise<Response> {
    const visit = readVisit(site, request)
    const { words } = visit
    const title = words['magicLink.elsewhereTitle']
    return await renderPage(site, visit, {
      title,
      main: html`<h1>${title}</h1>
        ${about(words[compares ? 'magicLink.elsewhereText' : 'magicLink.elsewhereRefuse'], { email: addressOf(challenge) })}
        ${
          compares &&
          html`<form method="post" action="${openPath}">
            ${carriedFields(visit)} ${hidden('token', token)} ${hidden('reveal', 'true')}
            <button class="secondary">${words['magicLink.reveal']}</button>
          </form>`
        }
        <p class="aside"><a href="${along(from, visit)}">${words['magicLink.askHere']}</a></p>`,
    })
  }

  async function followLink(request: PageRequest): Promise<Response> {
    const { reveal, ...values } = await readPost(site, request)
    return compares && reveal === 'true'
      ? await showCode(request, values)
      : await open.submit(request, values)
  }

  /** In the answer itself: at an address of its own the code would stay in the history. */
  async function showCode(request: PageRequest, values: Readonly<Record<string, string>>): Promise<Response> {
    const visit = readVisit(site, request, values)
    const { token = '' } = values
    const coded = await reveal(token, request)
    if (coded === null) return redirectTo(along(openPath, visit, { token }))
    const { words } = visit
    const title = words['magicLink.codeTitle']
    return await renderPage(
      site,
      { ...visit, self: null },
      {
        title,
        headers: { 'cache-control': 'no-store' },
        main: html`<h1>${title}</h1>
          <p class="shown-code"><output>${coded.code}</output></p>
          <p class="notice">
            ${fill(words['magicLink.codeWarning'], { email: html`<strong>${coded.email}</strong>` })}
          </p>`,
      },
    )
  }

  async function reveal(
    token: string,
    request: PageRequest,
  ): Promise<{ code: string; email: string } | null> {
    const challenge = await challenges.peek(db, purpose, token)
    if (!challenge) return null
    try {
      const answer = await site.callRoute(
        routeOf(codeRoutes.revealMagicLinkCode),
        { body: { token } },
        request,
      )
      const { code } = answer.body as { code: string }
      return { code, email: addressOf(challenge) }
    } catch (error) {
      if (error instanceof AuthError && error.code === 'challenge_invalid') return null
      throw error
    }
  }
}

const addressOf = ({ payload }: Challenge): string => String(payload['email'])
