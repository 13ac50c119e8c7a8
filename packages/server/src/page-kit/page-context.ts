import { hidden } from './html.ts'
import { html } from 'hono/html'
import { readLastMethod } from '../sessions/cookies/last-method.ts'
import { type Cookie, createCookie } from '../core/request/cookie.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { PageRequest } from './page.ts'
import type { Refusals } from './words/define-words.ts'
import type { Messages } from './words/en.ts'
import { catalogue, chooseLanguage, type Language } from './words/languages.ts'
import type { Html } from './html.ts'
import { ownPath } from './return-to.ts'
import type { Site } from './site.ts'

/** One person's look at one page: how it is shown, and what is carried to the next. */
export interface PageContext {
  language: Language
  words: Messages
  /** Sentences of the slices for their own error codes. */
  refusals: Refusals
  /** The person's choice; null follows the system. */
  theme: Theme | null
  /** The destination at the end; null for the default. Has passed {@link Destinations.allowed}. */
  returnTo: string | null
  uiLocales: string | null
  /** The method by which this browser signed in last; null if unknown. */
  lastMethod: string | null
  /** The address that shows this page again, for the choice of a language; null if there is none. */
  self: string | null
}

export type Theme = 'light' | 'dark'

/** Readable by the account pages, which share both; their names are the same on http and https. */
export const languageCookie = (secure: boolean): Cookie =>
  createCookie('latchkey-language', { secure, sameSite: 'lax' })
const anyLanguage = languageCookie(true)
const anyTheme = createCookie('latchkey-theme', { secure: true, sameSite: 'lax' })

const carriedNames = ['return_to', 'ui_locales'] as const

const longestRequest = 200

/** Returns the values of a posted form without those that every page carries along. */
export function ownValues(values: Readonly<Record<string, string>>): Record<string, string> {
  const carried: readonly string[] = carriedNames
  return Object.fromEntries(Object.entries(values).filter(([name]) => !carried.includes(name)))
}

/** `form` holds the posted values: then the query is ignored. */
export function readPageContext(
  site: Site,
  { url, context }: Pick<PageRequest, 'url' | 'context'>,
  form?: Readonly<Record<string, string>>,
): PageContext {
  const asked = (name: (typeof carriedNames)[number]) => (form ? (form[name] ?? null) : onlyOne(url, name))
  const requested = asked('ui_locales')
  const uiLocales = requested !== null && requested.length <= longestRequest ? requested : null
  const language = chooseLanguage({
    uiLocales,
    cookie: anyLanguage.read(context)[0] ?? null,
    acceptLanguage: context.header('accept-language'),
  })
  const page = {
    language,
    words: catalogue[language],
    refusals: site.refusals,
    theme: themeOf(context),
    returnTo: site.destinations.allowed(asked('return_to')),
    uiLocales,
    lastMethod: readLastMethod(context),
  }
  return { ...page, self: selfOf(site, url, page) }
}

/** Context of pages that exist in English only. */
export function plainPageContext({ context }: Pick<PageRequest, 'context'>): PageContext {
  return {
    language: 'en',
    words: catalogue.en,
    refusals: {},
    theme: themeOf(context),
    returnTo: null,
    uiLocales: null,
    lastMethod: null,
    self: null,
  }
}

/** An address of ours, with everything that is carried along. */
export function linkTo(
  path: string,
  { returnTo, uiLocales }: Pick<PageContext, 'returnTo' | 'uiLocales'>,
  more: Record<string, string> = {},
): string {
  const query = new URLSearchParams(more)
  if (returnTo !== null) query.set('return_to', returnTo)
  if (uiLocales !== null) query.set('ui_locales', uiLocales)
  return query.size > 0 ? `${path}?${query.toString()}` : path
}

/** The same for a form. */
export const carriedFields = ({ returnTo, uiLocales }: PageContext): Html =>
  html`${returnTo !== null && hidden('return_to', returnTo)}${uiLocales !== null && hidden('ui_locales', uiLocales)}`

/** Given twice is not given: which of the two counts is a matter of taste. */
function onlyOne(url: URL, name: string): string | null {
  const values = url.searchParams.getAll(name)
  return values.length === 1 ? (values[0] as string) : null
}

/** Parameters that pages read from their address, besides those that are carried along. */
const ownNames = ['token', 'code', 'factor', 'asked', 'request_id']

/**
 * Returns the address with only the parameters that a page reads: nothing else in the query is written into the page.
 */
function selfOf(
  { publicUrl }: Site,
  url: URL,
  page: Pick<PageContext, 'returnTo' | 'uiLocales'>,
): string | null {
  const own = ownNames.flatMap((name) => {
    const value = onlyOne(url, name)
    return value === null ? [] : [[name, value] as const]
  })
  const self = linkTo(url.pathname, page, Object.fromEntries(own))
  return ownPath(self, publicUrl) === null ? null : self
}

function themeOf(context: RequestContext): Theme | null {
  const [theme] = anyTheme.read(context)
  return theme === 'light' || theme === 'dark' ? theme : null
}
