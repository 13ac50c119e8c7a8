import type { ErrorCode } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Config } from '../config/config.ts'
import type { AuthError } from '../core/auth-error.ts'
import type { Answer, Route } from '../sessions/route.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { Page, PageRequest } from './page.ts'
import { toRefusal } from '../core/request/to-refusal.ts'
import type { MessageKey } from './words/en.ts'
import { fill } from './words/fill.ts'
import { retryHeader, withErrorPage } from './error-page.ts'
import { errorSummary, type Field, faultOf, fieldView, type FieldFaults } from './fields.ts'
import type { Html } from './html.ts'
import { type PageContent, renderPage } from './layout.ts'
import { readForm } from '../core/request/read-form.ts'
import { messageOf, sentenceOf, waitOf } from './refusal-text.ts'
import type { Site } from './site.ts'
import { along, carriedFields, ownValues, readVisit, type Visit } from './page-context.ts'
import { hidden } from './html.ts'

/** A page with one form: opening it does nothing, sending it calls a route of the API. */
export interface Form {
  path: string
  title: MessageKey | ((subject: Subject) => MessageKey)
  /** The route that the form is another way to call: same rules, limits and effects. */
  route: Route
  /** What the link is about; null when it is wrong, used or expired. Consumes nothing. Not given: there is no link. */
  find?: (token: string) => Promise<Subject | null>
  explain?: (visit: Visit, subject: Subject) => Html
  fields: readonly Field[]
  /** Hidden values that say which form this is; they are sent along, and stand in its address. */
  fixed?: Readonly<Record<string, string>>
  /** The body of the route, where its fields have other names than those of the form. */
  body?: (values: Values) => Readonly<Record<string, unknown>>
  /** Of the form's element, for its script. */
  attributes?: (visit: Visit) => Html
  /** Values at the first look. */
  initial?: Readonly<Record<string, string>>
  button: MessageKey
  above?: (visit: Visit) => Html | false
  below?: (visit: Visit) => Html
  /** What is over when the link is dead; where nothing is said, that the link does not work any more. */
  deadTitle?: MessageKey
  /** What to do when the link is dead. */
  deadLink?: MessageKey
  /** The page where that is done. */
  deadWay?: { path: string; label: MessageKey }
  /** For whoever is signed in: others sign in first, and come back to the link. */
  asksForSession?: boolean
  /** What is shown this once, in the place of going on; null for nothing. */
  shows?: (answer: Answer, visit: Visit) => PageContent | null
  /** Where it goes on. */
  after: (answer: Answer, visit: Visit, sent: Values) => string
}

export interface Subject {
  /** The address the mail went to; null where there was none. */
  email: string | null
  /** Whether the account has no password yet. */
  isFirst?: boolean
}

type Values = Readonly<Record<string, string>>

/** The two halves of a form, for pages that choose between several. */
export interface FormHalves {
  show(request: PageRequest): Promise<Response>
  submit(request: PageRequest, values: Values): Promise<Response>
}

export function createForm(site: Site, form: Form): FormHalves {
  return { show, submit }

  async function show(request: PageRequest): Promise<Response> {
    const visit = readVisit(site, request)
    const [token = '', ...more] = request.url.searchParams.getAll('token')
    const subject = more.length > 0 ? null : await find(token)
    if (!subject) return await renderDeadLink(visit, 'challenge_invalid')
    return await renderForm({ visit, subject, values: { ...form.initial, token } })
  }

  async function find(token: string): Promise<Subject | null> {
    if (!form.find) return { email: null }
    return token === '' ? null : await form.find(token)
  }

  async function submit(request: PageRequest, posted: Values): Promise<Response> {
    const values = ownValues(posted)
    const { context } = request
    const visit = readVisit(site, request, posted)
    try {
      const answer = await site.callRoute(form.route, { body: toBody(values) }, request)
      const shown = form.shows?.(answer, visit)
      if (shown) return withCookies(await renderPage(site, { ...visit, self: null }, shown), answer)
      return redirectTo(form.after(answer, visit, values), answer)
    } catch (error) {
      const refusal = toRefusal(error, context.requestId, site.log)
      return await answerRefusal(refusal, values, visit)
    }
  }

  async function answerRefusal(refusal: AuthError, values: Values, visit: Visit): Promise<Response> {
    const { token = '' } = values
    const again = { ...visit, self: along(form.path, visit, { ...(form.find && { token }), ...form.fixed }) }
    if (form.find && isDeadLink(refusal.code)) return await renderDeadLink(again, refusal.code)
    if (form.asksForSession && asksToSignIn.has(refusal.code))
      return redirectTo(along('/sign-in', { ...visit, returnTo: along(form.path, visit, { token }) }))
    if (!correctable.has(refusal.code)) throw refusal
    const subject = await find(token)
    if (!subject) return await renderDeadLink(again, 'challenge_invalid')
    return await renderForm({ visit: again, subject, values, refusal })
  }

  /** A browser sends text, an empty field as empty text, and a box that is not ticked not at all. */
  function toBody(values: Values): Record<string, unknown> {
    const body: Record<string, unknown> = { ...(form.body?.(values) ?? values) }
    for (const { name, kind, required = true } of form.fields) {
      if (kind === 'choice') body[name] = values[name] === 'true'
      if (codeKinds.includes(kind)) body[name] = plainDigits(values[name] ?? '')
      if (kind === 'phone') body[name] = plainNumber(values[name] ?? '')
      if (!required && values[name] === '') delete body[name]
    }
    return body
  }

  interface FormState {
    visit: Visit
    subject: Subject
    values: Values
    refusal?: AuthError
  }

  async function renderForm({ visit, subject, values, refusal }: FormState): Promise<Response> {
    const { words } = visit
    const faults = refusal ? faultsOf(refusal, visit) : {}
    const title = words[typeof form.title === 'string' ? form.title : form.title(subject)]
    const wait = refusal?.code === 'rate_limited' ? waitOf(refusal.options.retryAfter) : null
    return await renderPage(site, visit, {
      title: refusal ? words['form.notDone'].replace('{title}', () => title) : title,
      status: refusal?.status ?? 200,
      headers: refusal ? retryHeader(refusal) : {},
      main: html`<h1>${title}</h1>
        ${refusal && errorSummary(faults, form.fields, words, headlineOf(refusal, faults, visit))}
        ${form.explain?.(visit, subject)} ${form.above?.(visit)}
        <form method="post" action="${form.path}" ${attributesOf(visit, refusal)}>
          ${carriedFields(visit)}
          ${Object.entries(form.fixed ?? {}).map(([name, value]) => hidden(name, value))}
          ${form.find && hidden('token', values.token ?? '')}
          ${subject.email !== null && form.fields.some(isNewPassword) && usernameView(subject.email)}
          ${form.fields.map((field) => fieldView(field, words, values[field.name], faults[field.name]))}
          <button ${wait !== null && html`data-wait="${wait}"`}>${words[form.button]}</button>
        </form>
        ${form.below?.(visit)}`,
    })
  }

  /** What scripts read. */
  function attributesOf(visit: Visit, refusal: AuthError | undefined): Html {
    return html`${form.attributes?.(visit)}${refusal && html` data-refused="${refusal.code}"`}`
  }

  /** Each fault at its field; what concerns no field of this form has none to be shown at. */
  function faultsOf({ code, options }: AuthError, { words }: Visit): FieldFaults {
    const blamed = form.fields.find(({ kind }) => blamedKinds[code]?.includes(kind))
    if (blamed) return { [blamed.name]: words[messageOf(code)] }
    const names = new Set((options.errors ?? []).map(({ path }) => path.split('.')[1]))
    // The password policy calls every password by one name.
    const isAtFault = (field: Field) =>
      names.has(field.name) || (isNewPassword(field) && names.has('password'))
    return Object.fromEntries(
      form.fields.filter(isAtFault).map((field) => [field.name, words[faultOf(field)]]),
    )
  }

  /** What is said at a field need not be said twice. */
  function headlineOf(refusal: AuthError, faults: FieldFaults, visit: Visit): Html | string {
    const isAtField = Object.keys(faults).length > 0
    return isAtField ? visit.words['error.invalid_input'] : sentenceOf(refusal, visit)
  }

  async function renderDeadLink(visit: Visit, code: ErrorCode): Promise<Response> {
    const { words } = visit
    const isUsed = code === 'challenge_invalid'
    const title = words[isUsed ? (form.deadTitle ?? 'dead.title') : messageOf(code)]
    const advice = form.deadLink && words[form.deadLink]
    const way = form.deadWay
    return await renderPage(site, visit, {
      title,
      status: isUsed ? 400 : 409,
      main: html`<h1>${title}</h1>
        <p>${isUsed && !form.deadTitle && words['dead.text']} ${advice}</p>
        ${way && html`<p class="aside"><a href="${along(way.path, visit)}">${words[way.label]}</a></p>`}`,
    })
  }
}

/** The pages of a form that has its address for itself. */
export function formPages(site: Site, form: Form): Page[] {
  const { show, submit } = createForm(site, form)
  const pages: Page[] = [
    { method: 'GET', path: form.path, handle: show },
    {
      method: 'POST',
      path: form.path,
      handle: async (request) => submit(request, await readPost(site, request)),
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

/** The pages of an address with several forms: what it says, or what was posted, chooses among them. */
export function chosenFormPages(
  site: Site,
  path: string,
  formFor: (values: Record<string, string>, request: RequestContext) => Promise<FormHalves>,
): Page[] {
  const pages: Page[] = [
    {
      method: 'GET',
      path,
      async handle(request) {
        const values = Object.fromEntries(request.url.searchParams)
        return await (await formFor(values, request.context)).show(request)
      },
    },
    {
      method: 'POST',
      path,
      async handle(request) {
        const values = await readPost(site, request)
        const { asked: _, ...sent } = values
        return await (await formFor(values, request.context)).submit(request, sent)
      },
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

/** What was posted from a page of ours. */
export async function readPost(site: Site, { raw, context }: PageRequest): Promise<Values> {
  site.source({ method: 'POST', context })
  return await readForm(raw)
}

/** What a form led to: shown by GET, at an address of its own. */
export const donePage = (
  site: Site,
  done: { path: string; title: MessageKey; text: (visit: Visit) => Html },
): Page =>
  withErrorPage(site, {
    method: 'GET',
    path: done.path,
    async handle(request) {
      const visit = readVisit(site, request)
      const title = visit.words[done.title]
      return await renderPage(site, visit, {
        title,
        main: html`<h1>${title}</h1>
          ${done.text(visit)}`,
      })
    },
  })

/** A message as a paragraph, with the address of a subject in it. */
export const about = (message: string, { email }: Subject): Html =>
  html`<p>${fill(message, { email: html`<strong>${email}</strong>` })}</p>`

/** The configured kind of session, whatever a form says. */
export const sessionKindOf =
  ({ pagesSession }: Pick<Config, 'pagesSession'>) =>
  (values: Values): Values => ({ ...values, sessionKind: pagesSession })

/** By GET, to an address without the token: going back or reloading sends nothing again. */
export const redirectTo = (
  location: string,
  { cookies = [], headers = {} }: Pick<Answer, 'cookies' | 'headers'> = {},
): Response =>
  withCookies(new Response(null, { status: 303, headers: { ...headers, location } }), { cookies })

function withCookies(response: Response, { cookies = [] }: Pick<Answer, 'cookies'>): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

/** For password managers, which keep a new password under the name that stands beside it. It is not sent. */
const usernameView = (email: string): Html =>
  html`<input type="email" autocomplete="username" value="${email}" readonly hidden />`

const isNewPassword = ({ kind }: Field): boolean => kind === 'new-password'

/** Spaces of a paste, and the digits of an East Asian keyboard. */
const plainDigits = (text: string): string => text.normalize('NFKC').replaceAll(/[\s-]/g, '')

/** As people write their number: `0049 151 …`, `+49 (0)151 …`. */
const plainNumber = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll('(0)', '')
    .replaceAll(/[\s()./-]/g, '')
    .replace(/^00/, '+')

const codeKinds: readonly Field['kind'][] = ['code', 'sms-code', 'factor-code']

const isDeadLink = (code: ErrorCode): boolean => code === 'challenge_invalid' || code === 'setup_complete'

/** Nobody is signed in here, or not recently enough. */
const asksToSignIn = new Set<ErrorCode>(['unauthenticated', 'insufficient_user_authentication'])

const correctable = new Set<ErrorCode>([
  'invalid_input',
  'invalid_credentials',
  'second_factor_invalid',
  'passkey_invalid',
  'passkey_unknown',
  'challenge_invalid',
  'password_too_common',
  'email_taken',
  'rate_limited',
  'overloaded',
  'unavailable',
])

/** The field that a code is about. */
const blamedKinds: Partial<Record<ErrorCode, readonly Field['kind'][]>> = {
  password_too_common: ['new-password'],
  email_taken: ['email'],
  challenge_invalid: ['code', 'sms-code'],
  second_factor_invalid: ['factor-code'],
}
