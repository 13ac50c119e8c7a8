import { html } from 'hono/html'
import type { MethodServices } from '../method-services.ts'
import type { RunningMethod } from '../method.ts'
import type { MessageKey } from '../../page-kit/words/en.ts'
import type { Html } from '../../page-kit/html.ts'
import type { Site } from '../../page-kit/site.ts'
import { carriedFields, type Visit } from '../../page-kit/page-context.ts'

/** Where people come with an answer that a passkey has signed. */
export const passkeySignInPath = '/sign-in/passkey'

export const offersPasskeys = ({ methods }: { methods: readonly RunningMethod[] }): boolean =>
  methods.some(({ name, routes }) => name === 'passkey' && routes.length > 0)

/** Turns every form of the page that says so into one that a passkey answers. */
export const passkeyScript = ({ assets }: Site): Html =>
  html`<script type="module" src="${assets.url('passkeys.js')}"></script>`

interface PasskeyForm {
  what: 'sign-in' | 'second-factor' | 'add'
  /** Where the script asks what is to be signed. */
  begin?: string
  /** Or what it is. */
  options?: Record<string, unknown>
  failed?: MessageKey
}

/** What the script needs to know of its form. */
export const passkeyAttributes = (
  { words }: Visit,
  { what, begin, options, failed = 'passkey.failed' }: PasskeyForm,
): Html =>
  html`data-passkey="${what}" data-failed="${words[failed]}"
  ${begin !== undefined && html`data-begin="${begin}"`}
  ${options && html`data-options="${JSON.stringify(options)}"`}
  ${what === 'second-factor' && html`data-factor="passkey"`}`

/** The button on the sign-in page; hidden until the script has seen that this browser can. */
export const passkeyWayView = (site: Site, { config }: Pick<MethodServices, 'config'>, visit: Visit): Html =>
  html`<form
      method="post"
      action="${passkeySignInPath}"
      ${passkeyAttributes(visit, { what: 'sign-in', begin: loginOptions(config.basePath) })}
      hidden
    >
      ${carriedFields(visit)}
      <button class="secondary">${visit.words['passkey.use']}</button>
    </form>
    ${passkeyScript(site)}`

export const loginOptions = (basePath: string): string => `${basePath}/auth/passkeys/login/options`

/** For browsers without passkeys, or without JavaScript. */
export const withoutPasskeys = ({ words }: Visit): Html =>
  html`<p data-without-passkey>${words['passkey.cannot']}</p>`
