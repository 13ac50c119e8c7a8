import { html } from 'hono/html'
import { mailTopic, type Outbox } from '../core/outbox/outbox.ts'
import type { Texts } from '../core/outbox/texts.ts'
import type { Html } from './html.ts'
import { linkTo, type PageContext } from './page-context.ts'

/** What else can be done while mails do not get through. Said to everybody alike: it is about no address. */
export const mailDelayView = ({ outbox }: { outbox: Outbox }, page: PageContext): Html | false =>
  !outbox.isDelivering(mailTopic) && delayView(page.words['delayed.mail'], page)

/** The same for messages to phones. */
export const smsDelayView = ({ texts }: { texts: Texts }, page: PageContext): Html | false =>
  !texts.isDelivering() && delayView(page.words['delayed.sms'], page)

const delayView = (text: string, page: PageContext): Html =>
  html`<p class="notice" role="status">
    ${text} <a href="${linkTo('/sign-in', page)}">${page.words['delayed.other']}</a>
  </p>`
