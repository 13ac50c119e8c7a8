import { passkeyRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Config } from '../../../config/config.ts'
import { formPages } from '../../../page-kit/create-form.ts'
import type { Page } from '../../../page-kit/page.ts'
import { carriedFields, linkTo } from '../../../page-kit/page-context.ts'
import { redirectAfterSignIn } from '../../../page-kit/redirect-after-sign-in.ts'
import { sessionKindOf } from '../../../page-kit/session-kind.ts'
import type { Site } from '../../../page-kit/site.ts'
import type { SignInOption } from '../../method-pages.ts'
import { words } from '../words.ts'
import { passkeyAttributes, passkeyScript, toObject, withoutPasskeys } from './form-parts.ts'

/** Receives answers that a passkey has signed. */
const path = '/sign-in/passkey'

const loginOptions = ({ basePath }: Config): string => `${basePath}/auth/passkeys/login/options`

/** The button on the page to sign in; hidden until the script has seen that this browser can. */
export const passkeySignInOption = (site: Site, config: Config): SignInOption => ({
  name: 'passkey',
  view: (page) =>
    html`<form
        method="post"
        action="${path}"
        ${passkeyAttributes(page, { what: 'sign-in', begin: loginOptions(config) })}
        hidden
      >
        ${carriedFields(page)}
        <button class="secondary">${words.use(page)}</button>
      </form>
      ${passkeyScript(site)}`,
})

export function createSignInPages(site: Site, config: Config): Page[] {
  const withSessionKind = sessionKindOf(config)
  return formPages(site, {
    path,
    title: words.signIn,
    route: site.routeOf(passkeyRoutes.finishPasskeyLogin),
    fields: [],
    explain: withoutPasskeys,
    attributes: (page) => passkeyAttributes(page, { what: 'sign-in', begin: loginOptions(config) }),
    body: ({ ticket, response, remember }) => ({
      ...withSessionKind({}),
      ticket,
      response: toObject(response),
      remember: remember !== 'false',
    }),
    button: words.use,
    below: (page) =>
      html`<p class="aside"><a href="${linkTo('/sign-in', page)}">${words.otherMethod(page)}</a></p>
        ${passkeyScript(site)}`,
    after: (answer, page) => redirectAfterSignIn(site, answer, page),
  })
}
