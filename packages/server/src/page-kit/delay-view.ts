import { html } from 'hono/html'
import { mailTopic, type Outbox } from '../core/outbox/outbox.ts'
import type { Texts } from '../core/outbox/texts.ts'
import type { Html } from './html.ts'
import { linkTo, type PageContext } from './page-context.ts'

/** Shows alternatives while mails are delayed. The text is the same for everybody: it is not about any one address. */
export const mailDelayView = ({ outbox }: { outbox: Outbox }, page: PageContext): Html | false =>
  !outbox.isDelivering(mailTopic) && delayView(page.words['delayed.mail'], page)

/** The same for messages to phones. */
export const smsDelayView = ({ texts }: { texts: Texts }, page: PageContext): Html | false =>
  !texts.isDelivering() && delayView(page.words['delayed.sms'], page)

const delayView = (text: string, page: PageContext): Html =>
  html`<p class="notice" role="status">
    ${text} <a href="${linkTo('/sign-in', page)}">${page.words['delayed.other']}</a>
  </p>`
