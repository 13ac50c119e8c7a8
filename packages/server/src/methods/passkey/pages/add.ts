import { hours, passkeyRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { AuthError } from '../../../core/auth-error.ts'
import { createCookie } from '../../../core/request/cookie.ts'
import { toRefusal } from '../../../core/request/to-refusal.ts'
import { withErrorPage } from '../../../page-kit/error-page.ts'
import { hidden } from '../../../page-kit/html.ts'
import { renderPage } from '../../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../../page-kit/page.ts'
import { carriedFields, linkTo, type PageContext, readPageContext } from '../../../page-kit/page-context.ts'
import { readPost } from '../../../page-kit/read-post.ts'
import { redirectTo } from '../../../page-kit/redirect-to.ts'
import { meaningOf } from '../../../page-kit/refusal-text.ts'
import { findSignedIn } from '../../../page-kit/signed-in.ts'
import type { Site } from '../../../page-kit/site.ts'
import type { MethodServices } from '../../method-services.ts'
import { listPasskeys } from '../store.ts'
import { words } from '../words.ts'
import { passkeyAttributes, passkeyScript, toObject } from './form-parts.ts'

/** A question to the browser: whether it makes a passkey. */
interface Offer {
  ticket: string
  options: Record<string, unknown>
}

type Values = Readonly<Record<string, string>>

type AddPageServices = Pick<MethodServices, 'config' | 'db' | 'sessions' | 'cookies'>

export const addPasskeyPath = '/passkeys/add'

/** Time before a user who declined is asked again. */
const pause = hours(24 * 60)

/** Offers a passkey to people who signed in with a password. */
export function createAddPages(site: Site, services: AddPageServices): Page[] {
  const later = createCookie('latchkey-passkey-later', {
    secure: services.config.publicUrl.startsWith('https:'),
    sameSite: 'lax',
  })
  const pages: Page[] = [
    {
      method: 'GET',
      path: addPasskeyPath,
      async handle(request) {
        const page = readPageContext(site, request)
        const isPutOff = later.read(request.context).length > 0
        const offer = isPutOff || (await hasOne(services, request)) ? null : await beginIfFresh(site, request)
        return offer ? await renderOffer(site, offer, page) : redirectTo(nextOf(site, page))
      },
    },
    {
      method: 'POST',
      path: addPasskeyPath,
      async handle(request) {
        const values = await readPost(site, request)
        const page = readPageContext(site, request, values)
        if (values['later'] === 'true')
          return redirectTo(nextOf(site, page), { cookies: [later.set('1', pause)] })
        return await add(site, values, request, page)
      },
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

async function add(site: Site, values: Values, request: PageRequest, page: PageContext): Promise<Response> {
  try {
    const body = { ticket: values['ticket'], response: toObject(values['response']) }
    await site.callRoute(site.routeOf(passkeyRoutes.finishPasskeyRegistration), { body }, request)
    return redirectTo(nextOf(site, page))
  } catch (error) {
    const refusal = toRefusal(error, request.context.requestId, site.log)
    if (refusal.status >= 500) throw refusal
    const offer = await beginIfFresh(site, request)
    return offer ? await renderOffer(site, offer, page, refusal) : redirectTo(linkTo('/sign-in', page))
  }
}

/** Null if no user is signed in, or the sign-in is too old for the API to add a passkey. */
async function beginIfFresh(site: Site, request: PageRequest): Promise<Offer | null> {
  try {
    const { body } = await site.callRoute(site.routeOf(passkeyRoutes.beginPasskeyRegistration), {}, request)
    return body as Offer
  } catch (error) {
    if (error instanceof AuthError && error.status < 500) return null
    throw error
  }
}

async function renderOffer(
  site: Site,
  { ticket, options }: Offer,
  page: PageContext,
  refusal?: AuthError,
): Promise<Response> {
  const title = words.addTitle(page)
  const attributes = passkeyAttributes(page, { what: 'add', options, failed: words.addFailed })
  return await renderPage(site, page, {
    title,
    status: refusal?.status ?? 200,
    main: html`<h1>${title}</h1>
      ${refusal && html`<p class="fault" role="alert">${meaningOf(refusal.code, page)}</p>`}
      <p>${words.addText(page)}</p>
      <form method="post" action="${addPasskeyPath}" ${attributes}>
        ${carriedFields(page)} ${hidden('ticket', ticket)}
        <p class="actions">
          <button>${words.add(page)}</button>
          <button class="secondary" name="later" value="true" formnovalidate>${words.later(page)}</button>
        </p>
      </form>
      ${passkeyScript(site)}`,
  })
}

async function hasOne(services: AddPageServices, { context }: PageRequest): Promise<boolean> {
  const account = await findSignedIn(services, context)
  return account !== null && (await listPasskeys(services.db, account.id)).length > 0
}

const nextOf = (site: Site, { returnTo }: PageContext): string => returnTo ?? site.destinations.fallback
