import { html } from 'hono/html'
import { formPages } from './create-form.ts'
import type { Field } from './fields.ts'
import type { Form } from './form.ts'
import type { Page } from './page.ts'
import { linkTo } from './page-context.ts'
import {
  againView,
  backView,
  rememberField,
  type SentCode,
  sentCodePages,
  type SentCodeServices,
  sentView,
} from './sent-code-pages.ts'
import type { Site } from './site.ts'
import { type Text, textOf } from './text.ts'
import type { Wording } from './words/define-words.ts'

/** The differences between codes by mail and by SMS. */
export interface CodeSignIn extends Omit<SentCode, 'form'> {
  routes: { send: Form['route']; verify: Form['route'] }
  fields: { address: Field; code: Field }
  /** `sent` has a place named as the field of the address, and one for the time. */
  words: { title: Wording; text: Wording; sentTitle: Form['title']; sent: Wording; again: Text }
  delay: NonNullable<Form['above']>
}

/** Signing in by a code that is sent: one page asks for it, one takes it. */
export const codeSignInPages = (
  site: Site,
  services: SentCodeServices,
  { routes, fields, words, delay, ...code }: CodeSignIn,
): Page[] => [
  ...formPages(site, {
    path: code.from,
    title: words.title,
    route: routes.send,
    explain: (page) => html`<p>${words.text(page)}</p>`,
    fields: [fields.address],
    button: 'codes.send',
    above: delay,
    below: backView,
    after: (_, page) => linkTo(`${code.from}/code`, page),
  }),
  ...sentCodePages(site, services, {
    ...code,
    form: (sentTo) => ({
      title: words.sentTitle,
      route: routes.verify,
      explain: (page) => sentView(words.sent(page), fields.address.name, sentTo, page.language),
      fields: [fields.code, rememberField],
      above: delay,
      below: (page) => againView(textOf(words.again, page), code.from, page),
    }),
  }),
]
