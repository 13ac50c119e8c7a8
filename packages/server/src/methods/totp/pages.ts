import { html } from 'hono/html'
import type { Html } from '../../page-kit/html.ts'
import type { PageContext } from '../../page-kit/page-context.ts'
import type { MethodPages } from '../method-pages.ts'
import { words } from './words.ts'

export const createTotpPages = (): MethodPages => ({
  factor: { name: words.factor, enrolment: { explain: seedView, hint: words.codeHint } },
})

/** The seed as a QR code for another device, as a link to an app on this one, and as text to type. */
const seedView = ({ secret, uri, qr }: Readonly<Record<string, unknown>>, page: PageContext): Html =>
  html`<ol class="steps">
    <li>
      <p>${words.scan(page)}</p>
      <img class="qr" src="${qr}" width="220" height="220" alt="${words.qr(page)}" />
      <p><a href="${uri}">${words.open(page)}</a></p>
      <p>${words.type(page)} <code class="secret">${secret}</code></p>
    </li>
    <li><p>${words.prove(page)}</p></li>
  </ol>`
