import { errorCatalogue, type ErrorCode, signOutCodes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Html } from '../../../page-kit/html.ts'

/** Every code there is; the `type` of each problem points here. */
export const errorsView = (): Html =>
  html`<section id="errors">
    <h2>Errors</h2>
    <p>
      Every error is <code>application/problem+json</code> (RFC 9457). Programs go by <code>code</code>, which
      never changes its meaning; <code>requestId</code> finds the request in the server's log;
      <code>errors</code> names each field at fault.
    </p>
    <p>
      A client signs its user out on the codes marked <span class="sign-out">signs out</span> and on nothing
      else.
    </p>
    <dl class="error-list">${Object.keys(errorCatalogue).map((code) => errorView(code as ErrorCode))}</dl>
  </section>`

function errorView(code: ErrorCode): Html {
  const { status, title } = errorCatalogue[code]
  const isSignOut = (signOutCodes as readonly ErrorCode[]).includes(code)
  return html`<div
    id="error-${code}"
    data-search="${code.replaceAll('_', ' ')} ${code} ${title.toLowerCase()}"
  >
    <dt>
      <a href="#error-${code}"><code>${code}</code></a> <strong class="status">${status}</strong>
      ${isSignOut && html`<span class="sign-out">signs out</span>`}
    </dt>
    <dd>${title}</dd>
  </div>`
}
