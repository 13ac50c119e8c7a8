import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Parts } from '../../parts.ts'
import type { AskableFactor } from '../../core/assurance/sign-in.ts'
import type { Route } from '../../core/route.ts'
import type { Page, PageRequest } from '../page.ts'
import { fill } from './catalogue/fill.ts'
import { mailDelayView, smsDelayView } from './delay-view.ts'
import { withErrorPage } from './error-page.ts'
import { createForm, type Form, type FormHalves, readPost } from './form.ts'
import { factorName } from './factor-name.ts'
import type { Html } from './layout.ts'
import type { Site } from './site.ts'
import { along, type Visit } from './visit.ts'

const path = '/second-factor'

/** The second step of a sign-in, for factors with a code. The ticket of the first step is the token of its address. */
export function createSecondFactorPages(
  site: Site,
  parts: Parts,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { signIn } = parts
  const pages: Page[] = [
    {
      method: 'GET',
      path,
      async handle(request) {
        const values = Object.fromEntries(request.url.searchParams)
        return await (await formFor(values)).show(request)
      },
    },
    {
      method: 'POST',
      path,
      async handle(request: PageRequest) {
        const values = await readPost(site, request)
        const { asked: _, ...sent } = values
        return await (await formFor(values)).submit(request, sent)
      },
    },
  ]
  return pages.map((page) => withErrorPage(site, page))

  async function formFor({ token = '', factor, asked }: Record<string, string>): Promise<FormHalves> {
    const factors = (await signIn.factorsOf(token)) ?? []
    const chosen = factors.find(({ name }) => name === factor) ?? factors[0] ?? { name: '', asks: false }
    const others = factors.filter((each) => each !== chosen)
    const form = chosen.asks && asked !== 'true' ? askForm(token, chosen) : codeForm(chosen, asked)
    return createForm(site, {
      ...form,
      path,
      find: async (ticket) => (await signIn.factorsOf(ticket)) && { email: null },
      below: (visit) => othersView(others, token, visit),
      deadTitle: 'secondFactor.deadTitle',
      deadLink: 'secondFactor.dead',
      deadWay: { path: '/sign-in', label: 'signIn.title' },
    })
  }

  function delayView(name: string, visit: Visit): Html | false {
    if (name === 'email-code') return mailDelayView(parts, visit)
    return name === 'sms-code' && smsDelayView(parts, visit)
  }

  /** Nothing is sent to anybody by opening a page. */
  function askForm(token: string, { name }: AskableFactor): Omit<Form, 'path'> {
    return {
      title: 'secondFactor.title',
      route: routeOf(accountRoutes.beginSecondFactor),
      explain: (visit) => explanation(visit.words['secondFactor.askText'], name, visit),
      above: (visit) => delayView(name, visit),
      fields: [],
      fixed: { factor: name },
      body: asTicket,
      button: 'secondFactor.ask',
      after: (_, visit) => along(path, visit, { token, factor: name, asked: 'true' }),
    }
  }

  function codeForm({ name }: AskableFactor, asked = ''): Omit<Form, 'path'> {
    return {
      title: 'secondFactor.title',
      route: routeOf(accountRoutes.finishSecondFactor),
      explain: (visit) => explanation(visit.words['secondFactor.text'], name, visit),
      above: (visit) => delayView(name, visit),
      fields: [{ name: 'code', label: 'field.code', kind: 'factor-code' }],
      fixed: { factor: name, ...(asked === 'true' && { asked }) },
      body: asTicket,
      button: 'secondFactor.button',
      after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
    }
  }
}

const asTicket = ({ token = '', ...more }: Readonly<Record<string, string>>) => ({ ...more, ticket: token })

const explanation = (text: string, factor: string, { words }: Visit): Html =>
  html`<p>${fill(text, { factor: html`<strong>${factorName(factor, words)}</strong>` })}</p>`

const othersView = (others: readonly AskableFactor[], token: string, visit: Visit): Html =>
  html`${others.map(
    ({ name }) =>
      html`<p class="aside">
        ${visit.words['secondFactor.other']}
        <a href="${along(path, visit, { token, factor: name })}">${factorName(name, visit.words)}</a>
      </p>`,
  )}`
