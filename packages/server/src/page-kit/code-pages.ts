import { codeRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { codeTtl } from '../core/challenges/code.ts'
import type { Route } from '../sessions/route.ts'
import type { TicketCookie, TicketCookies } from '../sessions/cookies/ticket-cookie.ts'
import type { Config } from '../config/config.ts'
import type { AskedChallenges } from '../core/challenges/asked-challenges.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Texts } from '../core/outbox/texts.ts'
import type { Database } from '../db/database.ts'
import type { Page, PageRequest } from './page.ts'
import { arrive } from './redirect-after-sign-in.ts'
import { fill } from './words/fill.ts'
import { mailDelayView, smsDelayView } from './delay-view.ts'
import { withErrorPage } from './error-page.ts'
import type { Field } from './fields.ts'
import {
  createForm,
  type Form,
  type FormHalves,
  formPages,
  readPost,
  redirectTo,
  sessionKindOf,
} from './form.ts'
import { formatMinutes } from './format-minutes.ts'
import type { Html } from './html.ts'
import type { Site } from './site.ts'
import { along, type Visit } from './page-context.ts'

interface CodePageServices {
  config: Config
  db: Database
  asked: AskedChallenges
  ticketCookies: TicketCookies
  outbox: Outbox
  texts: Texts
}

const remember: Field = { name: 'remember', label: 'field.remember', kind: 'choice' }

/** Signing in by a code that is sent: one page to ask for it, one to enter it. */
export function createCodePages(
  site: Site,
  parts: CodePageServices,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { config, ticketCookies } = parts
  const withSessionKind = sessionKindOf(config)
  const offered = new Set<string>(config.signInMethods)
  return [
    ...(offered.has('email-code') ? createEmailCodePages() : []),
    ...(offered.has('sms-code') ? createSmsCodePages() : []),
  ]

  function createEmailCodePages(): Page[] {
    const path = '/sign-in/email-code'
    return [
      ...formPages(site, {
        path,
        title: 'emailCode.title',
        route: routeOf(codeRoutes.sendEmailCode),
        explain: (visit) => html`<p>${visit.words['emailCode.text']}</p>`,
        fields: [{ name: 'email', label: 'field.email', kind: 'email' }],
        button: 'codes.send',
        above: (visit) => mailDelayView(parts, visit),
        below: backView,
        after: (_, visit) => along(`${path}/code`, visit),
      }),
      ...codePages(path, 'email-code', ticketCookies.emailCode, 'email', (sentTo) => ({
        title: 'code.title',
        route: routeOf(codeRoutes.verifyEmailCode),
        explain: ({ words, language }) => sentView(words['emailCode.sent'], 'email', sentTo, language),
        fields: [{ name: 'code', label: 'field.code', kind: 'code', hint: 'hint.code' }, remember],
        above: (visit) => mailDelayView(parts, visit),
        below: (visit) => againView(visit.words['code.again'], path, visit),
      })),
    ]
  }

  function createSmsCodePages(): Page[] {
    const path = '/sign-in/sms-code'
    return [
      ...formPages(site, {
        path,
        title: 'smsCode.title',
        route: routeOf(codeRoutes.sendSmsCode),
        explain: (visit) => html`<p>${visit.words['smsCode.text']}</p>`,
        fields: [{ name: 'phone', label: 'field.phone', kind: 'phone', hint: 'hint.phone' }],
        button: 'codes.send',
        above: (visit) => smsDelayView(parts, visit),
        below: backView,
        after: (_, visit) => along(`${path}/code`, visit),
      }),
      ...codePages(path, 'sms-code', ticketCookies.smsCode, 'number', (sentTo) => ({
        title: 'smsCode.sentTitle',
        route: routeOf(codeRoutes.verifySmsCode),
        explain: ({ words, language }) => sentView(words['smsCode.sent'], 'phone', sentTo, language),
        fields: [{ name: 'code', label: 'field.code', kind: 'sms-code', hint: 'hint.smsCode' }, remember],
        above: (visit) => smsDelayView(parts, visit),
        below: (visit) => againView(visit.words['smsCode.again'], path, visit),
      })),
    ]
  }

  /** Where the code is entered, for the browser that asked; others are led to where it is asked for. */
  function codePages(
    from: string,
    purpose: 'email-code' | 'sms-code',
    cookie: TicketCookie,
    field: 'email' | 'number',
    form: (sentTo: string) => Pick<Form, 'title' | 'route' | 'explain' | 'fields' | 'above' | 'below'>,
  ): Page[] {
    const path = `${from}/code`
    const formFor = async (request: PageRequest): Promise<FormHalves | null> => {
      const [ticket = ''] = cookie.read(request.context)
      const asked = await parts.asked.find(parts.db, purpose, ticket)
      if (!asked) return null
      return createForm(site, {
        ...form(String(asked.payload[field])),
        path,
        initial: { remember: 'true' },
        body: withSessionKind,
        button: 'signIn.button',
        after: (answer, visit) => arrive(site, answer, visit),
      })
    }
    const pages: Page[] = [
      {
        method: 'GET',
        path,
        handle: async (request) => (await formFor(request))?.show(request) ?? redirectTo(from),
      },
      {
        method: 'POST',
        path,
        async handle(request) {
          const values = await readPost(site, request)
          return (await formFor(request))?.submit(request, values) ?? redirectTo(from)
        },
      },
    ]
    return pages.map((page) => withErrorPage(site, page))
  }
}

/** What was sent where, if anything was. */
export const sentView = (text: string, place: string, sentTo: string, language: string): Html =>
  html`<p>
    ${fill(text, { [place]: html`<strong>${sentTo}</strong>`, time: formatMinutes(codeTtl, language) })}
  </p>`

export const againView = (question: string, path: string, visit: Visit): Html =>
  html`<p class="aside">${question} <a href="${along(path, visit)}">${visit.words['codes.another']}</a></p>
    ${backView(visit)}`

export const backView = (visit: Visit): Html =>
  html`<p class="aside"><a href="${along('/sign-in', visit)}">${visit.words['delayed.other']}</a></p>`
