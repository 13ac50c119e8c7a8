import { html } from 'hono/html'
import { linkTo } from '../page-kit/page-context.ts'
import { type Text, textOf } from '../page-kit/text.ts'
import type { SignInOption } from './method-pages.ts'

/** An entry on the page to sign in that leads to the method's own page. */
export const signInLink = ({
  name,
  label,
  signsUp,
}: Required<Pick<SignInOption, 'name' | 'signsUp'>> & { label: Text }): SignInOption => ({
  name,
  view: (page) =>
    html`<a class="button secondary" href="${linkTo(`/sign-in/${name}`, page)}">${textOf(label, page)}</a>`,
  signsUp,
})
