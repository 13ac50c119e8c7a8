import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { MethodServices } from '../../methods/method-services.ts'
import type { Field } from '../../page-kit/fields.ts'
import { formWithDone } from '../../page-kit/form-with-done.ts'
import type { Html } from '../../page-kit/html.ts'
import type { Page } from '../../page-kit/page.ts'
import type { PageContext } from '../../page-kit/page-context.ts'
import { sessionKindOf } from '../../page-kit/session-kind.ts'
import type { Site } from '../../page-kit/site.ts'
import { fill } from '../../page-kit/words/fill.ts'

/**
 * Creates the pages that the link of the first start leads to. `newAccount`: fields that methods require for a new
 * account.
 */
export function createSetUpPages(
  site: Site,
  { config, db, challenges }: Pick<MethodServices, 'config' | 'db' | 'challenges'>,
  newAccount: readonly Field[],
): Page[] {
  return formWithDone(
    site,
    {
      path: '/setup',
      title: 'setup.title',
      route: site.routeOf(accountRoutes.setUp),
      find: async (token) => (await challenges.peek(db, 'set-up', token)) && { email: null },
      explain: ({ words }) => html`<p>${words['setup.text']}</p>`,
      fields: [
        { name: 'email', label: 'field.email', kind: 'email' },
        { name: 'name', label: 'field.name', kind: 'name', required: false },
        ...newAccount,
      ],
      body: sessionKindOf(config),
      button: 'setup.button',
      deadLink: 'setup.dead',
    },
    { title: 'setup.done', text: (page) => nextStepsView(config.basePath, page) },
  )
}

const neededSettings = ['PUBLIC_URL', 'LATCHKEY_SECRET', 'SMTP_URL']

function nextStepsView(basePath: string, { words, language }: PageContext): Html {
  const register = html`<code>POST ${basePath}/auth/register</code>`
  const reference = html`<a href="/docs">${words['setup.referenceName']}</a>`
  return html`<p>${words['setup.next']}</p>
    <ul>
      <li>${fill(words['setup.reference'], { reference })}</li>
      <li>${fill(words['setup.register'], { command: register })}</li>
      <li>${fill(words['setup.settings'], { settings: listOf(neededSettings, language) })}</li>
    </ul>`
}

const listOf = (names: readonly string[], language: string): Html =>
  html`${new Intl.ListFormat(language)
    .formatToParts(names)
    .map(({ type, value }) => (type === 'element' ? html`<code>${value}</code>` : value))}`
