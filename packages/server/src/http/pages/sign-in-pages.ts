import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Parts } from '../../services/create-services.ts'
import type { Route } from '../../sessions/route.ts'
import type { Account } from '../../identity/users/account.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { arrive } from '../../page-kit/redirect-after-sign-in.ts'
import type { MessageKey } from '../../page-kit/words/en.ts'
import { fill } from '../../page-kit/words/fill.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import type { Field } from '../../page-kit/fields.ts'
import { createForm, type FormHalves, readPost, sessionKindOf } from '../../page-kit/form.ts'
import type { Html } from '../../page-kit/html.ts'
import { renderPage } from '../../page-kit/layout.ts'
import { addPasskeyPath } from '../../methods/passkey/pages.ts'
import { offersPasskeys } from '../../methods/passkey/page-parts.ts'
import { findSignedIn } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, readVisit, type Visit } from '../../page-kit/page-context.ts'
import { createWays, lastWayView, otherWaysView, type WayIn, waysView } from './sign-in-options.ts'

const email: Field = { name: 'email', label: 'field.email', kind: 'email' }

/** Signing in and signing up. */
export function createSignInPages(
  site: Site,
  parts: Parts,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { signInMethods, registration } = parts.config
  const hasPasswords = signInMethods.includes('password')
  const ways = createWays(site, parts)
  const waysUp = ways.filter(({ signsUp }) => signsUp)
  const isOpen = registration === 'open' && (hasPasswords || waysUp.length > 0)
  const withSessionKind = sessionKindOf(parts.config)

  if (!hasPasswords) {
    return [
      waysPage('/sign-in', 'signIn.title', ways, asideUp),
      waysPage('/sign-up', 'signUp.title', waysUp, asideIn, isOpen),
    ]
  }

  const signIn = createForm(site, {
    path: '/sign-in',
    title: 'signIn.title',
    route: routeOf(accountRoutes.login),
    fields: [
      // Passkeys are offered among the addresses that the browser knows.
      { ...email, autocomplete: 'username webauthn' },
      { name: 'password', label: 'field.password', kind: 'current-password' },
      { name: 'remember', label: 'field.remember', kind: 'choice' },
    ],
    initial: { remember: 'true' },
    // What the script says of the device is for the page that follows.
    body: ({ passkeys: _passkeys, ...values }) => withSessionKind(values),
    ...(offersPasskeys(parts) && { attributes: () => html`data-offers-passkeys` }),
    button: 'signIn.button',
    above: (visit) => lastWayView(ways, visit),
    below: (visit) =>
      html`<p class="aside">
          <a href="${along('/forgot-password', visit)}">${visit.words['signIn.forgot']}</a>
        </p>
        ${otherWaysView(ways, visit)} ${asideUp(visit)}`,
    after: (answer, visit, values) => {
      const { next } = answer.body as { next?: string }
      const isUpsold = next === undefined && values['passkeys'] === 'possible' && offersPasskeys(parts)
      return isUpsold ? along(addPasskeyPath, visit) : arrive(site, answer, visit)
    },
  })

  const signUp = createForm(site, {
    path: '/sign-up',
    title: 'signUp.title',
    route: routeOf(accountRoutes.register),
    fields: [
      email,
      { name: 'name', label: 'field.name', kind: 'name', required: false },
      { name: 'password', label: 'field.password', kind: 'new-password', hint: 'hint.password' },
    ],
    body: withSessionKind,
    button: 'signUp.button',
    below: (visit) => html`${otherWaysView(waysUp, { ...visit, lastWay: null })} ${asideIn(visit)}`,
    after: (answer, visit) =>
      answer.status === 202 ? along('/verify-email', visit) : arrive(site, answer, visit),
  })

  return [
    ...pagesOf('/sign-in', signIn, signIn.show),
    ...pagesOf('/sign-up', signUp, isOpen ? signUp.show : showClosed),
  ]

  function asideUp(visit: Visit): Html | false {
    return (
      isOpen &&
      asideView(visit.words['signIn.noAccount'], along('/sign-up', visit), visit.words['signUp.title'])
    )
  }

  function asideIn(visit: Visit): Html {
    return asideView(visit.words['signUp.haveAccount'], along('/sign-in', visit), visit.words['signIn.title'])
  }

  /** Where nobody has a password: the other ways, and nothing to fill in. */
  function waysPage(
    path: string,
    title: MessageKey,
    offered: readonly WayIn[],
    below: (visit: Visit) => Html | false,
    isThere = true,
  ): Page {
    async function show(request: PageRequest): Promise<Response> {
      const visit = readVisit(site, request)
      return await renderPage(site, visit, {
        title: visit.words[title],
        main: html`<h1>${visit.words[title]}</h1>
          ${waysView(offered, visit)} ${below(visit)}`,
      })
    }
    return withErrorPage(site, { method: 'GET', path, handle: unlessSignedIn(isThere ? show : showClosed) })
  }

  function pagesOf(path: string, { submit }: FormHalves, show: FormHalves['show']): Page[] {
    const pages: Page[] = [
      { method: 'GET', path, handle: unlessSignedIn(show) },
      { method: 'POST', path, handle: async (request) => submit(request, await readPost(site, request)) },
    ]
    return pages.map((page) => withErrorPage(site, page))
  }

  function unlessSignedIn(show: FormHalves['show']): FormHalves['show'] {
    return async (request) => {
      const account = await findSignedIn(parts, request.context)
      return account ? await showSignedIn(account, request) : await show(request)
    }
  }

  async function showSignedIn({ email }: Account, request: PageRequest): Promise<Response> {
    const visit = readVisit(site, request)
    const { words, returnTo } = visit
    const title = words['signedIn.title']
    return await renderPage(site, visit, {
      title,
      main: html`<h1>${title}</h1>
        <p>${fill(words['signedIn.text'], { email: html`<strong>${email}</strong>` })}</p>
        <p class="actions">
          <a class="button" href="${returnTo ?? site.destinations.fallback}">${words['signedIn.continue']}</a>
          <a class="button secondary" href="${along('/sign-out', visit)}">${words['signOut.button']}</a>
        </p>`,
    })
  }

  async function showClosed(request: PageRequest): Promise<Response> {
    const visit = readVisit(site, request)
    const { words } = visit
    const title = words['error.registration_closed']
    return await renderPage(site, visit, {
      title,
      status: 403,
      main: html`<h1>${title}</h1>
        <p>${words['signUp.closed']}</p>
        <p class="aside"><a href="${along('/sign-in', visit)}">${words['signIn.title']}</a></p>`,
    })
  }
}

const asideView = (question: string, href: string, link: string): Html =>
  html`<p class="aside">${question} <a href="${href}">${link}</a></p>`
