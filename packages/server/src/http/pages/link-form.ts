import { errorCatalogue, type ErrorCode } from '@latchkey/contract'
import { html } from 'hono/html'
import type { AuthError } from '../../core/auth-error.ts'
import type { Answer, Route } from '../../core/route.ts'
import type { Page, PageRequest } from '../page.ts'
import { toRefusal } from '../problem.ts'
import { parseInput } from '../steps/input.ts'
import { withErrorPage, retryHeader } from './error-page.ts'
import { errorSummary, type Field, fieldView, type FieldFaults } from './fields.ts'
import { type Html, renderPage } from './layout.ts'
import { readForm } from './read-form.ts'
import type { Site } from './site.ts'

/**
 * A page behind a link with a single-use token, or one that anybody may open: opening it shows a form, and only
 * sending that does anything.
 */
export interface LinkForm {
  path: string
  title: string
  /** The route of the API that the form is another way to call: same rules, limits and effects. */
  route: Route
  /** What the link is about; null when it is wrong, used or expired. Consumes nothing. Not given: there is no link. */
  find?: (token: string) => Promise<LinkSubject | null>
  explain: (subject: LinkSubject) => Html
  fields: readonly Field[]
  button: string
  done: { title: string; text: Html }
  /** Where it goes on after this answer, where that is not the end. */
  next?: (answer: Answer) => string | null
  /** What to do when the link is dead. */
  deadLink: string
}

export interface LinkSubject {
  /** The address the mail went to; null where there was none. */
  email: string | null
}

export function createLinkForm(site: Site, form: LinkForm): Page[] {
  const pages: Page[] = [
    { method: 'GET', path: form.path, handle: show },
    { method: 'POST', path: form.path, handle: submit },
    { method: 'GET', path: `${form.path}/done`, handle: showDone },
  ]
  return pages.map((page) => withErrorPage(site, page))

  async function show({ url }: PageRequest): Promise<Response> {
    const [token = '', ...more] = url.searchParams.getAll('token')
    const subject = more.length > 0 ? null : await find(token)
    if (!subject) return await renderDeadLink('challenge_invalid')
    return await renderForm({ subject, values: { token } })
  }

  async function find(token: string): Promise<LinkSubject | null> {
    if (!form.find) return { email: null }
    return token === '' ? null : await form.find(token)
  }

  async function submit({ raw, context }: PageRequest): Promise<Response> {
    site.source({ method: 'POST', context })
    const values = await readForm(raw)
    try {
      const answer = await call(values, context)
      return redirectTo(form.next?.(answer) ?? `${form.path}/done`, answer)
    } catch (error) {
      const refusal = toRefusal(error, context.requestId, site.log)
      if (isDeadLink(refusal.code)) return await renderDeadLink(refusal.code)
      if (!isCorrectable(refusal.code)) throw refusal
      const subject = await find(values.token ?? '')
      if (!subject) return await renderDeadLink('challenge_invalid')
      return await renderForm({ subject, values, refusal })
    }
  }

  async function call(values: Record<string, string>, request: PageRequest['context']): Promise<Answer> {
    const { contract, handle } = form.route
    const optional = new Set(form.fields.filter(({ required }) => required === false).map(({ name }) => name))
    // A browser sends a field that was left empty as empty text.
    const sent = Object.fromEntries(
      Object.entries(values).filter(([name, value]) => value !== '' || !optional.has(name)),
    )
    const body = contract.body ? parseInput(contract.body, sent, 'body') : undefined
    const input = { body, request, params: undefined, query: undefined, headers: undefined, caller: null }
    return (await handle(input)) as Answer
  }

  interface FormState {
    subject: LinkSubject
    values: Record<string, string>
    refusal?: AuthError
  }

  async function renderForm({ subject, values, refusal }: FormState): Promise<Response> {
    const faults = refusal ? faultsOf(refusal) : {}
    const title = refusal ? `Not done: ${form.title}` : form.title
    return await renderPage(site, {
      title,
      status: refusal?.status ?? 200,
      headers: refusal ? retryHeader(refusal) : {},
      main: html`<h1>${form.title}</h1>
        ${refusal && errorSummary(faults, form.fields, sentenceOf(refusal))} ${form.explain(subject)}
        <form method="post" action="${form.path}">
          ${form.find && html`<input type="hidden" name="token" value="${values.token ?? ''}" />`}
          ${form.fields.map((field) => fieldView(field, values[field.name] ?? '', faults[field.name]))}
          <button>${form.button}</button>
        </form>`,
    })
  }

  /** Each fault at its field; what concerns no field of this form has none to be shown at. */
  function faultsOf({ code, options }: AuthError): FieldFaults {
    const password = form.fields.find(({ kind }) => kind === 'new-password')?.name ?? ''
    if (code === 'password_too_common') return { [password]: errorCatalogue[code].title }
    if (code === 'email_taken') return { email: errorCatalogue[code].title }
    const faults = (options.errors ?? []).map(({ path, message }) => {
      const name = path.split('.')[1] ?? ''
      // The password policy calls every password by one name.
      return [name === 'password' ? password : name, message] as const
    })
    return Object.fromEntries(faults.filter(([name]) => form.fields.some((field) => field.name === name)))
  }

  async function renderDeadLink(code: ErrorCode): Promise<Response> {
    const { status, title } = errorCatalogue[code]
    const heading = code === 'challenge_invalid' ? 'This link does not work any more' : title
    const sentence =
      code === 'challenge_invalid'
        ? `It was used, is too old, or is not complete. ${form.deadLink}`
        : form.deadLink
    return await renderPage(site, {
      title: heading,
      status,
      main: html`<h1>${heading}</h1>
        <p>${sentence}</p>`,
    })
  }

  async function showDone(): Promise<Response> {
    const { title, text } = form.done
    return await renderPage(site, {
      title,
      main: html`<h1>${title}</h1>
        ${text}`,
    })
  }
}

/** By GET, to an address without the token: going back or reloading sends nothing again. */
function redirectTo(path: string, { cookies = [] }: Answer): Response {
  const headers = new Headers({ location: path })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

const isDeadLink = (code: ErrorCode): boolean => code === 'challenge_invalid' || code === 'setup_complete'

const correctable = new Set<ErrorCode>([
  'invalid_input',
  'password_too_common',
  'email_taken',
  'rate_limited',
  'overloaded',
  'unavailable',
])

const isCorrectable = (code: ErrorCode): boolean => correctable.has(code)

const sentenceOf = ({ code, options }: AuthError): string =>
  code === 'rate_limited'
    ? `Too many tries. Wait ${options.retryAfter ?? 60} seconds, then send the form again.`
    : code === 'invalid_input'
      ? 'Something in the form needs your attention.'
      : errorCatalogue[code].title
