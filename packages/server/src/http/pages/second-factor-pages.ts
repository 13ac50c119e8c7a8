import { signInRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { FactorAnswerView } from '../../methods/method-pages.ts'
import type { MethodServices } from '../../methods/method-services.ts'
import { chosenFormPages, createForm } from '../../page-kit/create-form.ts'
import type { Field } from '../../page-kit/fields.ts'
import type { Form, FormHalves } from '../../page-kit/form.ts'
import type { Html } from '../../page-kit/html.ts'
import type { Page } from '../../page-kit/page.ts'
import { linkTo, type PageContext } from '../../page-kit/page-context.ts'
import type { Site } from '../../page-kit/site.ts'
import { secondFactorPath as path } from '../../page-kit/waiting-path.ts'
import { fill } from '../../page-kit/words/fill.ts'
import type { AskableFactor } from '../../sign-in/sign-in-step.ts'
import { asTicket, factorName, type FactorViews, otherFactorsView, whenOver } from './factor-views.ts'

/** The second step of a sign-in. The ticket of the first step is the token of its address. */
export function createSecondFactorPages(
  site: Site,
  { signIn }: Pick<MethodServices, 'signIn'>,
  views: FactorViews,
): Page[] {
  return chosenFormPages(site, path, formFor)

  async function formFor(
    { token = '', factor, asked }: Record<string, string>,
    request: RequestContext,
  ): Promise<FormHalves> {
    const waiting = await signIn.waiting(token, request)
    const { factors, canTrustDevice } = waiting ?? { factors: [], canTrustDevice: false }
    const chosen = factors.find(({ name }) => name === factor) ?? factors[0] ?? { name: '', asks: false }
    const others = factors.filter((each) => each !== chosen).map(({ name }) => name)
    const answer = views.get(chosen.name)?.answer
    return createForm(site, {
      ...formOf(token, chosen, { canTrustDevice, asked }),
      path,
      title: 'secondFactor.title',
      find: async (ticket) => (await signIn.waiting(ticket, request)) && { email: null },
      below: (page) =>
        html`${otherFactorsView(views, others, { path, token, page })}${answer && answer.script}`,
      ...whenOver,
    })
  }

  function formOf(token: string, factor: AskableFactor, state: FormState): StepForm {
    const answer = views.get(factor.name)?.answer
    if (answer) return answerForm(factor.name, answer, state)
    return factor.asks && state.asked !== 'true' ? askForm(token, factor) : codeForm(factor, state)
  }

  function answerForm(
    name: string,
    { explain, attributes, button, answerOf }: FactorAnswerView,
    { canTrustDevice }: FormState,
  ): StepForm {
    return {
      route: site.routeOf(signInRoutes.finishSecondFactor),
      explain,
      fields: canTrustDevice ? [trustField] : [],
      fixed: { factor: name },
      attributes,
      body: ({ token, factor, ...values }) => ({ ticket: token, factor, ...answerOf(values) }),
      button,
      after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
    }
  }

  /** Nothing is sent to anybody by opening a page. */
  function askForm(token: string, { name }: AskableFactor): StepForm {
    return {
      route: site.routeOf(signInRoutes.beginSecondFactor),
      explain: (page) => explanation(page.words['secondFactor.askText'], name, page),
      above: (page) => views.get(name)?.delay?.(page) ?? false,
      fields: [],
      fixed: { factor: name },
      body: asTicket,
      button: 'secondFactor.ask',
      after: (_, page) => linkTo(path, page, { token, factor: name, asked: 'true' }),
    }
  }

  function codeForm({ name }: AskableFactor, { canTrustDevice, asked }: FormState): StepForm {
    return {
      route: site.routeOf(signInRoutes.finishSecondFactor),
      explain: (page) => explanation(page.words['secondFactor.text'], name, page),
      above: (page) => views.get(name)?.delay?.(page) ?? false,
      fields: canTrustDevice ? [codeField, trustField] : [codeField],
      fixed: { factor: name, ...(asked === 'true' && { asked }) },
      body: asTicket,
      button: 'secondFactor.button',
      after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
    }
  }

  function explanation(text: string, factor: string, page: PageContext): Html {
    return html`<p>${fill(text, { factor: html`<strong>${factorName(views, factor, page)}</strong>` })}</p>`
  }
}

type StepForm = Omit<Form, 'path' | 'title'>

interface FormState {
  canTrustDevice: boolean
  /** `true` once the factor's challenge was requested. */
  asked: string | undefined
}

const codeField: Field = { name: 'code', label: 'field.code', kind: 'factor-code' }
const trustField: Field = { name: 'trustDevice', label: 'field.trustDevice', kind: 'choice' }
