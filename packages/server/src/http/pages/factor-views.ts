import { html } from 'hono/html'
import type { Form, Values } from '../../page-kit/form.ts'
import type { Html } from '../../page-kit/html.ts'
import { linkTo, type PageContext } from '../../page-kit/page-context.ts'
import { textOf } from '../../page-kit/text.ts'
import type { MethodViews } from './method-views.ts'

export type FactorViews = MethodViews['factors']

/** Returns the name for people; a factor without words, of the application's own, keeps its method's name. */
export function factorName(views: FactorViews, name: string, page: PageContext): string {
  const view = views.get(name)
  return view ? textOf(view.name, page) : name
}

/** Links to the same page for other factors. */
export const otherFactorsView = (
  views: FactorViews,
  names: readonly string[],
  { path, token, page }: { path: string; token: string; page: PageContext },
): Html =>
  html`${names.map(
    (name) =>
      html`<p class="aside">
        ${page.words['secondFactor.other']}
        <a href="${linkTo(path, page, { token, factor: name })}">${factorName(views, name, page)}</a>
      </p>`,
  )}`

/** Texts of a form whose sign-in took too long. */
export const whenOver = {
  deadTitle: 'secondFactor.deadTitle',
  deadLink: 'secondFactor.dead',
  fallback: { path: '/sign-in', label: 'signIn.title' },
} as const satisfies Partial<Form>

/** The ticket of the first step is the token of the address. */
export const asTicket = ({ token = '', ...more }: Values) => ({ ...more, ticket: token })
