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
  /** Address at which the script asks for the options. */
  begin?: string
  /** The options themselves, instead of an address. */
  options?: Record<string, unknown>
  failed?: Wording
}

/** Attributes of a form that its script reads. */
export const passkeyAttributes = (
  page: PageContext,
  { what, begin, options, failed = words.failed }: PasskeyForm,
): Html =>
  html`data-passkey="${what}" data-failed="${failed(page)}"
  ${begin !== undefined && html`data-begin="${begin}"`}
  ${options && html`data-options="${JSON.stringify(options)}"`}
  ${what === 'second-factor' && html`data-factor="passkey"`}`

/** Text for browsers without passkeys or JavaScript. */
export const withoutPasskeys = (page: PageContext): Html =>
  html`<p data-without-passkey>${words.cannot(page)}</p>`

/** Parses a form's answer; the route refuses text that is not JSON. */
export function toObject(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}
