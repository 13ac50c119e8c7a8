import { html } from 'hono/html'
import type { ErrorCode } from '@latchkey/contract'
import type { AuthError } from '../core/auth-error.ts'
import { en, type MessageKey } from './words/en.ts'
import { fill } from './words/fill.ts'
import type { Html } from './html.ts'
import type { PageContext } from './page-context.ts'

/** Returns the sentence about a refusal that people read. */
export function sentenceOf({ code, options }: AuthError, page: PageContext): Html | string {
  if (code !== 'rate_limited') return meaningOf(code, page)
  const seconds = waitOf(options.retryAfter)
  const time = html`<span data-countdown="${seconds}">${formatSeconds(seconds, page.language)}</span>`
  return fill(page.words['form.wait'], { time })
}

/** Seconds; a limit always says how long, other refusals may not. */
export const waitOf = (retryAfter: number | undefined): number => retryAfter ?? 60

/**
 * Returns the sentence for a code, from the slice that owns it. A code that no page can meet is reported as a fault of
 * ours.
 */
export function meaningOf(
  code: ErrorCode,
  page: Pick<PageContext, 'words' | 'language' | 'refusals'>,
): string {
  const key = `error.${code}`
  return page.refusals[code]?.(page) ?? page.words[isMessageKey(key) ? key : 'error.internal_error']
}

const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(en, key)

const formatSeconds = (seconds: number, language: string): string =>
  seconds < 120
    ? format(seconds, 'second', language)
    : // Rounded up: who comes back then is let in.
      format(Math.ceil(seconds / 60), 'minute', language)

/** `30 seconds`, `30 秒`. */
const format = (count: number, unit: 'second' | 'minute', language: string): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
