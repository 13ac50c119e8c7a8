import { html } from 'hono/html'
import type { Html } from '../../../page-kit/html.ts'
import type { PageContext } from '../../../page-kit/page-context.ts'
import type { Site } from '../../../page-kit/site.ts'
import type { Wording } from '../../../page-kit/words/define-words.ts'
import { words } from '../words.ts'

/** Turns every form of the page that says so into one that a passkey answers. */
export const passkeyScriptFile = new URL('../passkeys.js', import.meta.url)

export const passkeyScript = ({ assets }: Site): Html =>
  html`<script type="module" src="${assets.url(passkeyScriptFile)}"></script>`

interface PasskeyForm {
  what: 'sign-in' | 'second-factor' | 'add'
  /** Where the script asks what is to be signed. */
  begin?: string
  /** Or what it is. */
  options?: Record<string, unknown>
  failed?: Wording
}

/** What the script needs to know of its form. */
export const passkeyAttributes = (
  page: PageContext,
  { what, begin, options, failed = words.failed }: PasskeyForm,
): Html =>
  html`data-passkey="${what}" data-failed="${failed(page)}"
  ${begin !== undefined && html`data-begin="${begin}"`}
  ${options && html`data-options="${JSON.stringify(options)}"`}
  ${what === 'second-factor' && html`data-factor="passkey"`}`

/** For browsers without passkeys, or without JavaScript. */
export const withoutPasskeys = (page: PageContext): Html =>
  html`<p data-without-passkey>${words.cannot(page)}</p>`

/** What a form could carry of an answer; what is no JSON is no answer, and the route refuses it. */
export function toObject(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
