import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Parts } from '../../services/create-services.ts'
import type { AskableFactor } from '../../sign-in/sign-in-step.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { Route } from '../../sessions/route.ts'
import type { Page } from '../../page-kit/page.ts'
import { fill } from '../../page-kit/words/fill.ts'
import { mailDelayView, smsDelayView } from '../../page-kit/delay-view.ts'
import type { Field } from '../../page-kit/fields.ts'
import { chosenFormPages, createForm, type Form, type FormHalves } from '../../page-kit/form.ts'
import { factorName } from '../../page-kit/factor-name.ts'
import type { Html } from '../../page-kit/html.ts'
import { toObject } from '../../methods/passkey/pages.ts'
import { passkeyAttributes, passkeyScript, withoutPasskeys } from '../../methods/passkey/page-parts.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, type Visit } from '../../page-kit/page-context.ts'
import { secondFactorPath as path } from '../../page-kit/waiting-path.ts'

/** The second step of a sign-in, for factors with a code. The ticket of the first step is the token of its address. */
export function createSecondFactorPages(
  site: Site,
  parts: Parts,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { signIn, config } = parts
  const begin = `${config.basePath}/auth${accountRoutes.beginSecondFactor.path}`
  return chosenFormPages(site, path, formFor)

  async function formFor(
    { token = '', factor, asked }: Record<string, string>,
    request: RequestContext,
  ): Promise<FormHalves> {
    const waiting = await signIn.waiting(token, request)
    const { factors, canTrustDevice } = waiting ?? { factors: [], canTrustDevice: false }
    const chosen = factors.find(({ name }) => name === factor) ?? factors[0] ?? { name: '', asks: false }
    const others = factors.filter((each) => each !== chosen)
    const form = formOf(token, chosen, { canTrustDevice, asked })
    return createForm(site, {
      ...form,
      path,
      find: async (ticket) => (await signIn.waiting(ticket, request)) && { email: null },
      below: (visit) =>
        html`${othersView(others, token, visit)}${chosen.name === 'passkey' && passkeyScript(site)}`,
      deadTitle: 'secondFactor.deadTitle',
      deadLink: 'secondFactor.dead',
      deadWay: { path: '/sign-in', label: 'signIn.title' },
    })
  }

  function formOf(token: string, factor: AskableFactor, state: FormState): Omit<Form, 'path'> {
    if (factor.name === 'passkey') return passkeyForm(state)
    return factor.asks && state.asked !== 'true' ? askForm(token, factor) : codeForm(factor, state)
  }

  /** Asked and answered by the page's script. */
  function passkeyForm({ canTrustDevice }: FormState): Omit<Form, 'path'> {
    return {
      title: 'secondFactor.title',
      route: routeOf(accountRoutes.finishSecondFactor),
      explain: (visit) =>
        html`<p>${visit.words['passkey.secondFactor']}</p>
          ${withoutPasskeys(visit)}`,
      fields: canTrustDevice ? [trustField] : [],
      fixed: { factor: 'passkey' },
      attributes: (visit) => passkeyAttributes(visit, { what: 'second-factor', begin }),
      body: ({ token, factor, response }) => ({ ticket: token, factor, response: toObject(response) }),
      button: 'passkey.use',
      after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
    }
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

  function codeForm({ name }: AskableFactor, { canTrustDevice, asked }: FormState): Omit<Form, 'path'> {
    return {
      title: 'secondFactor.title',
      route: routeOf(accountRoutes.finishSecondFactor),
      explain: (visit) => explanation(visit.words['secondFactor.text'], name, visit),
      above: (visit) => delayView(name, visit),
      fields: canTrustDevice ? [codeField, trustField] : [codeField],
      fixed: { factor: name, ...(asked === 'true' && { asked }) },
      body: asTicket,
      button: 'secondFactor.button',
      after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
    }
  }
}

interface FormState {
  canTrustDevice: boolean
  /** `true` once the factor was asked for what it answers. */
  asked: string | undefined
}

const asTicket = ({ token = '', ...more }: Readonly<Record<string, string>>) => ({ ...more, ticket: token })

const codeField: Field = { name: 'code', label: 'field.code', kind: 'factor-code' }
const trustField: Field = { name: 'trustDevice', label: 'field.trustDevice', kind: 'choice' }

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
