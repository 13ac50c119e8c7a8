import { html } from 'hono/html'
import type { Answer, Route } from '../sessions/route.ts'
import type { Field } from './fields.ts'
import type { Html } from './html.ts'
import type { PageContent } from './layout.ts'
import type { PageContext } from './page-context.ts'
import type { PageRequest } from './page.ts'
import type { Text } from './text.ts'
import type { MessageKey } from './words/en.ts'
import { fill } from './words/fill.ts'

/** A page with one form: opening it does nothing, sending it calls a route of the API. */
export interface Form {
  path: string
  title: MessageKey | ((page: PageContext, subject: Subject) => string)
  /** The route that the form is another way to call: same rules, limits and effects. */
  route: Route
  /** Finds the subject of the link; null if wrong, used or expired. Consumes nothing. Omitted if there is no link. */
  find?: (token: string) => Promise<Subject | null>
  explain?: (page: PageContext, subject: Subject) => Html
  fields: readonly Field[]
  /** Hidden values that say which form this is; they are sent along, and stand in its address. */
  fixed?: Readonly<Record<string, string>>
  /** Builds the body of the route, if its fields have other names than those of the form. */
  body?: (values: Values) => Readonly<Record<string, unknown>>
  /** Attributes of the form's element, for its script. */
  attributes?: (page: PageContext) => Html
  /** Values at the first look. */
  initial?: Readonly<Record<string, string>>
  button: Text
  above?: (page: PageContext) => Html | false
  below?: (page: PageContext) => Html
  /** Title for a dead link. By default, it says that the link does not work any more. */
  deadTitle?: Text
  /** Advice for a dead link. */
  deadLink?: Text
  /** The page for doing that. */
  fallback?: { path: string; label: Text }
  /** Requires a session: others sign in first, and come back to the link. */
  asksForSession?: boolean
  /** Content that is shown once instead of going on; null for none. */
  shows?: (answer: Answer, page: PageContext) => PageContent | null
  /** Returns the address to go on to. */
  after: (answer: Answer, page: PageContext, sent: Values) => string
}

export interface Subject {
  /** The address the mail went to; null if there was none. */
  email: string | null
  /** True if the account has no password yet. */
  isFirst?: boolean
}

export type Values = Readonly<Record<string, string>>

/** The two halves of a form, for pages that choose between several. */
export interface FormHalves {
  show(request: PageRequest): Promise<Response>
  submit(request: PageRequest, values: Values): Promise<Response>
}

/** A message as a paragraph, with the address of a subject in it. */
export const subjectText = (message: string, { email }: Subject): Html =>
  html`<p>${fill(message, { email: html`<strong>${email}</strong>` })}</p>`
