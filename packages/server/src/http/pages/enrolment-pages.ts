import { factorRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { EnrolmentView } from '../../methods/method-pages.ts'
import type { MethodServices } from '../../methods/method-services.ts'
import type { Answer } from '../../sessions/route.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { Page } from '../../page-kit/page.ts'
import { fill } from '../../page-kit/words/fill.ts'
import { chosenFormPages, createForm } from '../../page-kit/create-form.ts'
import type { Form, FormHalves } from '../../page-kit/form.ts'
import type { PageContent } from '../../page-kit/layout.ts'
import type { Site } from '../../page-kit/site.ts'
import { linkTo, type PageContext } from '../../page-kit/page-context.ts'
import { enrolmentPath as path } from '../../page-kit/waiting-path.ts'
import { asTicket, factorName, type FactorViews, otherFactorsView, whenOver } from './factor-views.ts'

/**
 * Sets up the second factor without which there is no session. Opening the page makes nothing: the first button makes a
 * seed, and the page that it leads to shows it as often as it is loaded.
 */
export function createEnrolmentPages(
  site: Site,
  { enrolments }: Pick<MethodServices, 'enrolments'>,
  views: FactorViews,
): Page[] {
  return chosenFormPages(site, path, formFor)

  async function formFor(
    { token = '', factor, asked }: Record<string, string>,
    request: RequestContext,
  ): Promise<FormHalves> {
    const waiting = await enrolments.waiting(token, request)
    const names = waiting?.factors ?? []
    const chosen = names.find((name) => name === factor) ?? names[0] ?? ''
    const others = names.filter((name) => name !== chosen)
    const pending = asked === 'true' ? (waiting?.pendingChallenge ?? null) : null
    const view = pending?.factor === chosen ? views.get(chosen)?.enrolment : undefined
    const form = pending && view ? proofForm(chosen, view, pending.options) : beginForm(chosen)
    return createForm(site, {
      ...form,
      path,
      title: 'enrolment.title',
      find: async (ticket) => (await enrolments.waiting(ticket, request)) && { email: null },
      below: (page) => otherFactorsView(views, others, { path, token, page }),
      ...whenOver,
    })
  }

  function beginForm(factor: string): Omit<Form, 'path' | 'title'> {
    return {
      route: site.routeOf(factorRoutes.beginEnrolment),
      explain: (page) =>
        html`<p>
          ${fill(page.words['enrolment.text'], { factor: html`<strong>${factorName(views, factor, page)}</strong>` })}
        </p>`,
      fields: [],
      fixed: { factor },
      body: asTicket,
      button: 'enrolment.begin',
      after: (_, page, { token = '' }) => linkTo(path, page, { token, factor, asked: 'true' }),
    }
  }

  function proofForm(
    factor: string,
    { explain, hint }: EnrolmentView,
    options: Readonly<Record<string, unknown>>,
  ): Omit<Form, 'path' | 'title'> {
    return {
      route: site.routeOf(factorRoutes.finishEnrolment),
      explain: (page) => explain(options, page),
      fields: [{ name: 'code', label: 'field.code', kind: 'factor-code', hint }],
      fixed: { factor, asked: 'true' },
      body: asTicket,
      button: 'enrolment.button',
      shows: codesPage,
      after: (_, { returnTo }) => returnTo ?? site.destinations.fallback,
    }
  }

  /** The recovery codes stand in the very answer: no address and no cookie ever holds them. */
  function codesPage({ body }: Answer, page: PageContext): PageContent | null {
    const { recoveryCodes } = body as { recoveryCodes: string[] | null }
    if (recoveryCodes === null) return null
    const { words, returnTo } = page
    const title = words['recovery.title']
    return {
      title,
      main: html`<h1>${title}</h1>
        <p>${words['recovery.text']}</p>
        <ul class="codes">
          ${recoveryCodes.map((code) => html`<li><code>${code}</code></li>`)}
        </ul>
        <p class="actions">
          <a class="button" href="${returnTo ?? site.destinations.fallback}">${words['recovery.kept']}</a>
        </p>`,
    }
  }
}
