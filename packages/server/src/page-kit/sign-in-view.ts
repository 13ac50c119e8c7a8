import { html } from 'hono/html'
import type { Html } from './html.ts'
import { linkTo, type PageContext } from './page-context.ts'
import { type Text, textOf } from './text.ts'

/** A sentence, and the button that leads to the page to sign in. */
export const signInView = (text: Text, page: PageContext): Html =>
  html`<p>${textOf(text, page)}</p>
    <p class="actions">
      <a class="button" href="${linkTo('/sign-in', page)}">${page.words['signIn.title']}</a>
    </p>`
