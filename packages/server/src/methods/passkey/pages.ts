import { hours, passkeyRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { decideRelyingParty } from '../../config/relying-party.ts'
import { AuthError } from '../../core/auth-error.ts'
import { publicDocument, type Route } from '../../sessions/route.ts'
import { createCookie } from '../../core/request/cookie.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { MethodServices } from '../method-services.ts'
import type { RunningMethod } from '../method.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { toRefusal } from '../../core/request/to-refusal.ts'
import { arrive } from '../../page-kit/redirect-after-sign-in.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { formPages, readPost, redirectTo, sessionKindOf } from '../../page-kit/form.ts'
import { renderPage } from '../../page-kit/layout.ts'
import {
  loginOptions,
  passkeyAttributes,
  passkeyScript,
  passkeySignInPath,
  withoutPasskeys,
} from './page-parts.ts'
import { messageOf } from '../../page-kit/refusal-text.ts'
import { findSignedIn } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, carriedFields, readVisit, type Visit } from '../../page-kit/page-context.ts'
import { hidden } from '../../page-kit/html.ts'

/** A question to the browser: whether it makes a passkey. */
interface Offer {
  ticket: string
  options: Record<string, unknown>
}

type Values = Readonly<Record<string, string>>

/** Who does not want one is left alone for a while. */
const pause = hours(24 * 60)

/** Where passkeys sign in, and where they are offered to whoever signed in with a password. */
export function createPasskeyPages(
  site: Site,
  parts: Pick<MethodServices, 'config' | 'db' | 'sessions' | 'cookies'> & {
    methods: readonly RunningMethod[]
  },
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { config } = parts
  const later = createCookie('latchkey-passkey-later', {
    secure: config.publicUrl.startsWith('https:'),
    sameSite: 'lax',
  })
  const withSessionKind = sessionKindOf(config)

  return [
    ...formPages(site, {
      path: passkeySignInPath,
      title: 'passkey.signIn',
      route: routeOf(passkeyRoutes.finishPasskeyLogin),
      fields: [],
      explain: withoutPasskeys,
      attributes: (visit) =>
        passkeyAttributes(visit, { what: 'sign-in', begin: loginOptions(config.basePath) }),
      body: ({ ticket, response, remember }) => ({
        ...withSessionKind({}),
        ticket,
        response: toObject(response),
        remember: remember !== 'false',
      }),
      button: 'passkey.use',
      below: (visit) =>
        html`<p class="aside"><a href="${along('/sign-in', visit)}">${visit.words['passkey.otherWay']}</a></p>
          ${passkeyScript(site)}`,
      after: (answer, visit) => arrive(site, answer, visit),
    }),
    ...createAddPages(),
  ]

  function createAddPages(): Page[] {
    const path = addPasskeyPath
    const pages: Page[] = [
      {
        method: 'GET',
        path,
        async handle(request) {
          const visit = readVisit(site, request)
          const isPutOff = later.read(request.context).length > 0
          const offer = isPutOff || (await hasOne(request.context)) ? null : await beginIfFresh(request)
          return offer ? await renderOffer(offer, visit) : redirectTo(goOn(visit))
        },
      },
      {
        method: 'POST',
        path,
        async handle(request) {
          const values = await readPost(site, request)
          const visit = readVisit(site, request, values)
          if (values['later'] === 'true') return redirectTo(goOn(visit), { cookies: [later.set('1', pause)] })
          return await add(values, request, visit)
        },
      },
    ]
    return pages.map((page) => withErrorPage(site, page))
  }

  async function add(values: Values, request: PageRequest, visit: Visit): Promise<Response> {
    try {
      const body = { ticket: values['ticket'], response: toObject(values['response']) }
      await site.callRoute(routeOf(passkeyRoutes.finishPasskeyRegistration), { body }, request)
      return redirectTo(goOn(visit))
    } catch (error) {
      const refusal = toRefusal(error, request.context.requestId, site.log)
      if (refusal.status >= 500) throw refusal
      const offer = await beginIfFresh(request)
      return offer ? await renderOffer(offer, visit, refusal) : redirectTo(along('/sign-in', visit))
    }
  }

  /** Null where nobody is signed in, or not so lately that the API would add a passkey. */
  async function beginIfFresh(request: PageRequest): Promise<Offer | null> {
    try {
      const { body } = await site.callRoute(routeOf(passkeyRoutes.beginPasskeyRegistration), {}, request)
      return body as Offer
    } catch (error) {
      if (error instanceof AuthError && error.status < 500) return null
      throw error
    }
  }

  async function renderOffer(
    { ticket, options }: Offer,
    visit: Visit,
    refusal?: AuthError,
  ): Promise<Response> {
    const { words } = visit
    const title = words['passkey.addTitle']
    const attributes = passkeyAttributes(visit, { what: 'add', options, failed: 'passkey.addFailed' })
    return await renderPage(site, visit, {
      title,
      status: refusal?.status ?? 200,
      main: html`<h1>${title}</h1>
        ${refusal && html`<p class="fault" role="alert">${words[messageOf(refusal.code)]}</p>`}
        <p>${words['passkey.addText']}</p>
        <form method="post" action="${addPasskeyPath}" ${attributes}>
          ${carriedFields(visit)} ${hidden('ticket', ticket)}
          <p class="actions">
            <button>${words['passkey.add']}</button>
            <button class="secondary" name="later" value="true" formnovalidate>
              ${words['passkey.later']}
            </button>
          </p>
        </form>
        ${passkeyScript(site)}`,
    })
  }

  async function hasOne(context: RequestContext): Promise<boolean> {
    const { methods, db } = parts
    const account = await findSignedIn(parts, context)
    const passkeys = methods.find(({ name }) => name === 'passkey')
    return account !== null && ((await passkeys?.lifecycle.countUsable(db, account.id)) ?? 0) > 0
  }

  function goOn({ returnTo }: Visit): string {
    return returnTo ?? site.destinations.fallback
  }
}

export const addPasskeyPath = '/passkeys/add'

/** What a form could carry of an answer; what is no JSON is no answer, and the route refuses it. */
export function toObject(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}

/** For programs that look after passkeys (W3C, A Well-Known URL for Relying Party Passkey Endpoints). */
export function createPasskeyDocuments({ config }: Pick<MethodServices, 'config'>): Page[] {
  const rp = decideRelyingParty(config)
  const manage = `${config.publicUrl}/account/passkeys`
  const endpoints = jsonPage('/.well-known/passkey-endpoints', { enroll: manage, manage })
  if (typeof rp === 'string' || rp.related.length === 0) return [endpoints]
  // WebAuthn Level 3 §5.11.1: the sites elsewhere that may ask for passkeys of this domain.
  return [endpoints, jsonPage('/.well-known/webauthn', { origins: rp.related })]
}

const jsonPage = (path: string, document: object): Page => ({
  method: 'GET',
  path,
  handle: async () => Response.json(document, { headers: publicDocument(hours(1)) }),
})
