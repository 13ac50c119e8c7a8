import {
  federationRoutes,
  type SecondFactorEnrolmentNeeded,
  type SecondFactorNeeded,
  type SignedIn,
  type SignedInByCookie,
} from '@latchkey/contract'
import { html } from 'hono/html'
import type { MethodServices } from '../method-services.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Answer, Route } from '../../sessions/route.ts'
import { providersOf } from './providers.ts'
import { FederationRefusal } from './refusal.ts'
import type { PendingLink } from './pending.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { toRefusal } from '../../core/request/to-refusal.ts'
import { readForm } from '../../core/request/read-form.ts'
import { arrive as arriveAt } from '../../page-kit/redirect-after-sign-in.ts'
import { fill } from '../../page-kit/words/fill.ts'
import { retryHeader, withErrorPage } from '../../page-kit/error-page.ts'
import { createForm, type FormHalves, readPost, redirectTo } from '../../page-kit/form.ts'
import type { Html } from '../../page-kit/html.ts'
import { renderPage } from '../../page-kit/layout.ts'
import { messageOf } from '../../page-kit/refusal-text.ts'
import { findSignedIn } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, carriedFields, readVisit, type Visit } from '../../page-kit/page-context.ts'

/** What a provider sends along; everything else in its answer is its own business. */
const answerNames = ['state', 'code', 'error', 'iss', 'user'] as const

const linkPath = '/link-account'

/** A form with one button: a link would let any site send its visitors to sign in. */
export const federationView =
  (id: string, label: string) =>
  (visit: Visit): Html =>
    html`<form method="post" action="/sign-in/with/${id}">
      ${carriedFields(visit)}
      <button class="button secondary">
        ${fill(visit.words['federation.continueWith'], { provider: html`${label}` })}
      </button>
    </form>`

/** To another service, back from it, and to the account that was there before. */
export function createFederationPages(
  site: Site,
  parts: Pick<MethodServices, 'config' | 'db' | 'challenges' | 'sessions' | 'cookies' | 'ports'>,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { config, challenges, db } = parts
  const labels = new Map(providersOf(config).map(({ id, label }) => [id, label]))
  const callback = `${config.basePath}/auth/federation/{provider}/callback`
  const pages: Page[] = [
    { method: 'POST', path: '/sign-in/with/{provider}', handle: withRefusals(leave) },
    { method: 'GET', path: callback, handle: withRefusals(arrive) },
    { method: 'POST', path: callback, handle: withRefusals(turnToGet) },
    { method: 'GET', path: linkPath, handle: showLink },
    {
      method: 'POST',
      path: linkPath,
      handle: async (request) => await linkForm().submit(request, await readPost(site, request)),
    },
  ]
  return pages.map((page) => withErrorPage(site, page))

  async function leave(request: PageRequest): Promise<Response> {
    const visit = readVisit(site, request, await readPost(site, request))
    const { returnTo } = visit
    const answer = await call(federationRoutes.beginFederation, request, {
      ...(returnTo !== null && { returnTo }),
      sessionKind: config.pagesSession,
    })
    const { url } = answer.body as { url: string }
    const response = await renderTransit(request, visit, url)
    for (const cookie of answer.cookies ?? []) response.headers.append('set-cookie', cookie)
    return response
  }

  async function arrive(request: PageRequest): Promise<Response> {
    const answer = await call(
      federationRoutes.finishFederation,
      request,
      answerOf((name) => request.url.searchParams.getAll(name)),
    )
    return redirectTo(destinationOf(answer, readVisit(site, request)), answer)
  }

  /**
   * Apple's page posts to ours from its own site, where our cookies stay at home. So it is only read, and sent once more
   * from here, as GET.
   */
  async function turnToGet(request: PageRequest): Promise<Response> {
    const form = await readForm(request.raw)
    const answer = answerOf((name) => (form[name] === undefined ? [] : [form[name]]))
    const url = `${request.url.pathname}?${new URLSearchParams(answer).toString()}`
    return await renderTransit(request, readVisit(site, request), url)
  }

  /** By a refresh, not by a redirect: the policy holds the redirects of forms to the few hosts that it names. */
  async function renderTransit(request: PageRequest, visit: Visit, url: string): Promise<Response> {
    const { words } = visit
    const title = words['federation.goingTitle']
    const provider = labels.get(request.params['provider'] as string) ?? ''
    return await renderPage(
      site,
      { ...visit, self: null },
      {
        title,
        headers: { refresh: `0; url=${url}` },
        main: html`<h1>${title}</h1>
          <p>${fill(words['federation.going'], { provider: html`${provider}` })}</p>
          <p class="actions"><a class="button" href="${url}">${words['federation.go']}</a></p>`,
      },
    )
  }

  function call(contract: { id: string }, request: PageRequest, body: object): Promise<Answer> {
    return site.callRoute(routeOf(contract), { params: request.params, body }, request)
  }

  function destinationOf({ body }: Answer, visit: Visit): string {
    const { returnTo: asked, result } = body as Outcome
    const returnTo = site.destinations.allowed(asPath(asked))
    const onward = { ...visit, returnTo }
    if ('next' in result && result.next === 'link') return along(linkPath, onward, { token: result.ticket })
    if ('next' in result && result.next === 'linked') return returnTo ?? '/account/linked-accounts'
    return arriveAt(site, { status: 200, body: result }, onward)
  }

  /** A page of this server that says where it is says so in full. */
  function asPath(asked: string | null): string | null {
    return asked?.startsWith(`${site.publicUrl}/`) ? asked.slice(site.publicUrl.length) : asked
  }

  function withRefusals(handle: Page['handle']): Page['handle'] {
    return async (request) => {
      try {
        return await handle(request)
      } catch (error) {
        const { requestId } = request.context
        const refusal = toRefusal(error, requestId, site.log)
        const asked = error instanceof FederationRefusal ? error.returnTo : null
        return await renderRefusal(request, refusal, site.destinations.allowed(asPath(asked)))
      }
    }
  }

  /** What can be done instead: whoever is not let in by another service has ways of their own. */
  async function renderRefusal(
    request: PageRequest,
    refusal: AuthError,
    returnTo: string | null,
  ): Promise<Response> {
    const visit = { ...readVisit(site, request), returnTo, self: null }
    const { words } = visit
    // Nobody waits for the answer any more: too late, used, or begun in another browser.
    const isDead = refusal.code === 'challenge_invalid'
    const title = words[isDead ? 'secondFactor.deadTitle' : messageOf(refusal.code)]
    return await renderPage(site, visit, {
      title,
      status: refusal.status,
      headers: retryHeader(refusal),
      main: html`<h1>${title}</h1>
        <p>${words[isDead ? 'secondFactor.dead' : 'federation.refused']}</p>
        <p class="actions">
          <a class="button" href="${along('/sign-in', visit)}">${words['federation.otherWay']}</a>
        </p>
        <p class="note">
          ${fill(words['errorPage.requestId'], { id: html`<code>${request.context.requestId}</code>` })}
        </p>`,
    })
  }

  /** The proof of the other side: by signing in as always. */
  async function showLink(request: PageRequest): Promise<Response> {
    const token = request.url.searchParams.get('token') ?? ''
    const waiting = await findLink(token)
    const signedIn = waiting && (await findSignedIn(parts, request.context))
    if (!waiting || signedIn?.id === waiting.userId) return await linkForm().show(request)
    const visit = readVisit(site, request)
    const { words } = visit
    const title = words['link.title']
    const here = { ...visit, returnTo: along(linkPath, visit, { token }) }
    const step = signedIn ? 'signOut' : 'signIn'
    return await renderPage(site, visit, {
      title,
      main: html`<h1>${title}</h1>
        ${explain(words['link.text'], waiting)}
        <p class="actions">
          <a class="button" href="${along(signedIn ? '/sign-out' : '/sign-in', here)}"
            >${words[`${step}.button`]}</a
          >
        </p>`,
    })
  }

  function linkForm(): FormHalves {
    return createForm(site, {
      path: linkPath,
      title: 'link.title',
      route: routeOf(federationRoutes.confirmLink),
      find: findLink,
      explain: ({ words }, subject) => explain(words['link.confirmText'], subject as WaitingLink),
      fields: [],
      body: ({ token = '' }) => ({ ticket: token }),
      button: 'link.button',
      deadLink: 'link.dead',
      deadWay: { path: '/sign-in', label: 'signIn.title' },
      after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
    })
  }

  async function findLink(token: string): Promise<WaitingLink | null> {
    const waiting = await challenges.peek(db, 'federation-link', token)
    if (!waiting) return null
    const { provider, identity } = waiting.payload as unknown as PendingLink
    const label = labels.get(provider)
    return label === undefined ? null : { userId: waiting.userId, email: identity.email, label }
  }
}

interface WaitingLink {
  userId: string | null
  email: string | null
  label: string
}

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

const explain = (text: string, { email, label }: WaitingLink): Html =>
  html`<p>${fill(text, { email: html`<strong>${email}</strong>`, provider: html`${label}` })}</p>`

/** Given twice is a fault: which of the two the provider meant nobody knows (RFC 6749 §3.1). */
function answerOf(valuesOf: (name: string) => readonly string[]): Record<string, string> {
  const given = answerNames.flatMap((name) => valuesOf(name).map((value) => [name, value] as const))
  if (new Set(given.map(([name]) => name)).size < given.length) throw new AuthError('challenge_invalid')
  return Object.fromEntries(given)
}
