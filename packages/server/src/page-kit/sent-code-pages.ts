import { html } from 'hono/html'
import type { Config } from '../config/config.ts'
import type { PendingCodes } from '../core/challenges/pending-codes.ts'
import { codeTtl } from '../core/challenges/code.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Texts } from '../core/outbox/texts.ts'
import type { Database } from '../db/database.ts'
import type { TicketCookie, TicketCookies } from '../sessions/cookies/ticket-cookie.ts'
import { createForm } from './create-form.ts'
import { withErrorPage } from './error-page.ts'
import type { Field } from './fields.ts'
import type { Form, FormHalves } from './form.ts'
import { formatMinutes } from './format-minutes.ts'
import type { Html } from './html.ts'
import type { Page, PageRequest } from './page.ts'
import { linkTo, type PageContext } from './page-context.ts'
import { readPost } from './read-post.ts'
import { redirectAfterSignIn } from './redirect-after-sign-in.ts'
import { redirectTo } from './redirect-to.ts'
import { sessionKindOf } from './session-kind.ts'
import type { Site } from './site.ts'
import { fill } from './words/fill.ts'

export interface SentCodeServices {
  config: Config
  db: Database
  pendingCodes: PendingCodes
  ticketCookies: TicketCookies
  outbox: Outbox
  texts: Texts
}

export interface SentCode {
  /** The page that asks for the code; the one that takes it stands below. */
  from: string
  purpose: 'email-code' | 'sms-code'
  cookie: TicketCookie
  /** The field of the challenge's payload that says where the code went. */
  sentTo: 'email' | 'number'
  form: (sentTo: string) => Pick<Form, 'title' | 'route' | 'explain' | 'fields' | 'above' | 'below'>
}

export const rememberField: Field = { name: 'remember', label: 'field.remember', kind: 'choice' }

/** Creates the pages where the requesting browser enters a code; others are led to the page that requests one. */
export function sentCodePages(site: Site, services: SentCodeServices, code: SentCode): Page[] {
  const path = `${code.from}/code`
  const formFor = async (request: PageRequest): Promise<FormHalves | null> => {
    const [ticket = ''] = code.cookie.read(request.context)
    const asked = await services.pendingCodes.find(services.db, code.purpose, ticket)
    if (!asked) return null
    return createForm(site, {
      ...code.form(String(asked.payload[code.sentTo])),
      path,
      initial: { remember: 'true' },
      body: sessionKindOf(services.config),
      button: 'signIn.button',
      after: (answer, page) => redirectAfterSignIn(site, answer, page),
    })
  }
  const pages: Page[] = [
    {
      method: 'GET',
      path,
      handle: async (request) => (await formFor(request))?.show(request) ?? redirectTo(code.from),
    },
    {
      method: 'POST',
      path,
      async handle(request) {
        const values = await readPost(site, request)
        return (await formFor(request))?.submit(request, values) ?? redirectTo(code.from)
      },
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

/** Says what was sent where, if anything was sent. */
export const sentView = (text: string, place: string, sentTo: string, language: string): Html =>
  html`<p>
    ${fill(text, { [place]: html`<strong>${sentTo}</strong>`, time: formatMinutes(codeTtl, language) })}
  </p>`

export const againView = (question: string, path: string, page: PageContext): Html =>
  html`<p class="aside">${question} <a href="${linkTo(path, page)}">${page.words['codes.another']}</a></p>
    ${backView(page)}`

export const backView = (page: PageContext): Html =>
  html`<p class="aside"><a href="${linkTo('/sign-in', page)}">${page.words['delayed.other']}</a></p>`
