import { federationRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { createForm } from '../../../page-kit/create-form.ts'
import type { FormHalves } from '../../../page-kit/form.ts'
import type { Html } from '../../../page-kit/html.ts'
import { renderPage } from '../../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../../page-kit/page.ts'
import { linkTo, readPageContext } from '../../../page-kit/page-context.ts'
import { readPost } from '../../../page-kit/read-post.ts'
import { findSignedIn } from '../../../page-kit/signed-in.ts'
import type { Site } from '../../../page-kit/site.ts'
import { fill } from '../../../page-kit/words/fill.ts'
import type { PendingLink } from '../pending.ts'
import { words } from '../words.ts'
import { type FederationPageServices, linkPath } from './federation-site.ts'

interface WaitingLink {
  userId: string | null
  email: string | null
  label: string
}

/** Pages that link to the existing account. Its owner signs in to it as usual. */
export const createLinkPages = (site: Site, services: FederationPageServices): Page[] => [
  { method: 'GET', path: linkPath, handle: (request) => showLink(site, services, request) },
  {
    method: 'POST',
    path: linkPath,
    handle: async (request) => await linkForm(site, services).submit(request, await readPost(site, request)),
  },
]

async function showLink(
  site: Site,
  services: FederationPageServices,
  request: PageRequest,
): Promise<Response> {
  const token = request.url.searchParams.get('token') ?? ''
  const waiting = await findLink(services, token)
  const signedIn = waiting && (await findSignedIn(services, request.context))
  if (!waiting || signedIn?.id === waiting.userId) return await linkForm(site, services).show(request)
  const page = readPageContext(site, request)
  const title = words.linkTitle(page)
  const here = { ...page, returnTo: linkTo(linkPath, page, { token }) }
  const step = signedIn ? 'signOut' : 'signIn'
  return await renderPage(site, page, {
    title,
    main: html`<h1>${title}</h1>
      ${explain(words.linkText(page), waiting)}
      <p class="actions">
        <a class="button" href="${linkTo(signedIn ? '/sign-out' : '/sign-in', here)}"
          >${page.words[`${step}.button`]}</a
        >
      </p>`,
  })
}

const linkForm = (site: Site, services: FederationPageServices): FormHalves =>
  createForm(site, {
    path: linkPath,
    title: words.linkTitle,
    route: site.routeOf(federationRoutes.confirmLink),
    find: (token) => findLink(services, token),
    explain: (page, subject) => explain(words.linkConfirm(page), subject as WaitingLink),
    fields: [],
    body: ({ token = '' }) => ({ ticket: token }),
    button: words.linkButton,
    deadLink: words.linkDead,
    fallback: { path: '/sign-in', label: 'signIn.title' },
    after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
  })

async function findLink(services: FederationPageServices, token: string): Promise<WaitingLink | null> {
  const waiting = await services.challenges.peek(services.db, 'federation-link', token)
  if (!waiting) return null
  const { provider, identity } = waiting.payload as unknown as PendingLink
  const label = services.labels.get(provider)
  return label === undefined ? null : { userId: waiting.userId, email: identity.email, label }
}

const explain = (text: string, { email, label }: WaitingLink): Html =>
  html`<p>${fill(text, { email: html`<strong>${email}</strong>`, provider: html`${label}` })}</p>`
