import { federationRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { readForm } from '../../../core/request/read-form.ts'
import type { Html } from '../../../page-kit/html.ts'
import { renderPage } from '../../../page-kit/layout.ts'
import type { PageRequest } from '../../../page-kit/page.ts'
import { carriedFields, type PageContext, readPageContext } from '../../../page-kit/page-context.ts'
import { readPost } from '../../../page-kit/read-post.ts'
import { withCookies } from '../../../page-kit/redirect-to.ts'
import type { Site } from '../../../page-kit/site.ts'
import { fill } from '../../../page-kit/words/fill.ts'
import { words } from '../words.ts'
import { answerOf } from './answer.ts'
import type { FederationPageServices } from './federation-site.ts'

/** A form with one button: a link would let any site send its visitors to sign in. */
export const continueView =
  (id: string, label: string) =>
  (page: PageContext): Html =>
    html`<form method="post" action="/sign-in/with/${id}">
      ${carriedFields(page)}
      <button class="button secondary">
        ${fill(words.continueWith(page), { provider: html`${label}` })}
      </button>
    </form>`

/** Sends the browser to the provider. */
export async function startPage(
  site: Site,
  services: FederationPageServices,
  request: PageRequest,
): Promise<Response> {
  const page = readPageContext(site, request, await readPost(site, request))
  const { returnTo } = page
  const body = { ...(returnTo !== null && { returnTo }), sessionKind: services.config.pagesSession }
  const route = site.routeOf(federationRoutes.beginFederation)
  const answer = await site.callRoute(route, { params: request.params, body }, request)
  const { url } = answer.body as { url: string }
  return withCookies(await renderTransit(site, services, request, { page, url }), answer)
}

/**
 * Apple's page posts to ours from its own site, without our cookies. The post is only read, and sent again from here as
 * GET.
 */
export async function turnToGet(
  site: Site,
  services: FederationPageServices,
  request: PageRequest,
): Promise<Response> {
  const form = await readForm(request.incoming)
  const answer = answerOf((name) => (form[name] === undefined ? [] : [form[name]]))
  const url = `${request.url.pathname}?${new URLSearchParams(answer).toString()}`
  return await renderTransit(site, services, request, { page: readPageContext(site, request), url })
}

/** Uses a refresh instead of a redirect: the policy limits redirects of forms to the few hosts that it names. */
async function renderTransit(
  site: Site,
  services: FederationPageServices,
  request: PageRequest,
  { page, url }: { page: PageContext; url: string },
): Promise<Response> {
  const title = words.goingTitle(page)
  const provider = services.labels.get(request.params['provider'] as string) ?? ''
  const shown = { ...page, self: null }
  return await renderPage(site, shown, {
    title,
    headers: { refresh: `0; url=${url}` },
    main: html`<h1>${title}</h1>
      <p>${fill(words.going(page), { provider: html`${provider}` })}</p>
      <p class="actions"><a class="button" href="${url}">${words.go(page)}</a></p>`,
  })
}
