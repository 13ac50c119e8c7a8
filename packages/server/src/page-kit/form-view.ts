import type { ErrorCode } from '@latchkey/contract'
import { html } from 'hono/html'
import type { AuthError } from '../core/auth-error.ts'
import { retryHeader } from './error-page.ts'
import { errorSummary, type Field, fieldView, type FieldFaults } from './fields.ts'
import type { Form, Subject, Values } from './form.ts'
import { faultsOf } from './form-faults.ts'
import { hidden, type Html } from './html.ts'
import { renderPage } from './layout.ts'
import { carriedFields, linkTo, type PageContext } from './page-context.ts'
import { meaningOf, sentenceOf, waitOf } from './refusal-text.ts'
import type { Site } from './site.ts'
import { textOf } from './text.ts'

export interface FormState {
  page: PageContext
  subject: Subject
  values: Values
  refusal?: AuthError
}

/** Renders the form when opened, or again with its faults. */
export async function renderForm(
  site: Site,
  form: Form,
  { page, subject, values, refusal }: FormState,
): Promise<Response> {
  const { words } = page
  const faults = refusal ? faultsOf(form, refusal, page) : {}
  const title = titleOf(form, page, subject)
  const wait = refusal?.code === 'rate_limited' ? waitOf(refusal.options.retryAfter) : null
  return await renderPage(site, page, {
    title: refusal ? words['form.notDone'].replace('{title}', () => title) : title,
    status: refusal?.status ?? 200,
    headers: refusal ? retryHeader(refusal) : {},
    main: html`<h1>${title}</h1>
      ${refusal && errorSummary(faults, form.fields, page, headlineOf(refusal, faults, page))}
      ${form.explain?.(page, subject)} ${form.above?.(page)}
      <form method="post" action="${form.path}" ${attributesOf(form, page, refusal)}>
        ${carriedFields(page)} ${Object.entries(form.fixed ?? {}).map(([name, value]) => hidden(name, value))}
        ${form.find && hidden('token', values.token ?? '')}
        ${subject.email !== null && form.fields.some(isNewPassword) && usernameView(subject.email)}
        ${form.fields.map((field) => fieldView(field, page, values[field.name], faults[field.name]))}
        <button ${wait !== null && html`data-wait="${wait}"`}>${textOf(form.button, page)}</button>
      </form>
      ${form.below?.(page)}`,
  })
}

/** Renders a page in place of a form whose link is wrong, used or expired. */
export async function renderDeadLink(
  site: Site,
  form: Form,
  page: PageContext,
  code: ErrorCode,
): Promise<Response> {
  const { words } = page
  const isUsed = code === 'challenge_invalid'
  const title = isUsed ? textOf(form.deadTitle ?? 'dead.title', page) : meaningOf(code, page)
  const advice = form.deadLink && textOf(form.deadLink, page)
  const way = form.fallback
  return await renderPage(site, page, {
    title,
    status: isUsed ? 400 : 409,
    main: html`<h1>${title}</h1>
      <p>${isUsed && !form.deadTitle && words['dead.text']} ${advice}</p>
      ${way && html`<p class="aside"><a href="${linkTo(way.path, page)}">${textOf(way.label, page)}</a></p>`}`,
  })
}

const titleOf = ({ title }: Form, page: PageContext, subject: Subject): string =>
  typeof title === 'string' ? page.words[title] : title(page, subject)

/** Attributes that scripts read. */
const attributesOf = (form: Form, page: PageContext, refusal: AuthError | undefined): Html =>
  html`${form.attributes?.(page)}${refusal && html` data-refused="${refusal.code}"`}`

/** Returns a general sentence if a field already shows the details. */
function headlineOf(refusal: AuthError, faults: FieldFaults, page: PageContext): Html | string {
  const isAtField = Object.keys(faults).length > 0
  return isAtField ? page.words['error.invalid_input'] : sentenceOf(refusal, page)
}

/** User name for password managers, which store a new password under the name beside it. It is not sent. */
const usernameView = (email: string): Html =>
  html`<input type="email" autocomplete="username" value="${email}" readonly hidden />`

const isNewPassword = ({ kind }: Field): boolean => kind === 'new-password'
