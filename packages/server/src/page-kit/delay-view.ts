import { html } from 'hono/html'
import { mailTopic, type Outbox } from '../core/outbox/outbox.ts'
import type { Texts } from '../core/outbox/texts.ts'
import type { Html } from './html.ts'
import { along, type Visit } from './page-context.ts'

/** What else can be done while mails do not get through. Said to everybody alike: it is about no address. */
export const mailDelayView = ({ outbox }: { outbox: Outbox }, visit: Visit): Html | false =>
  !outbox.delivers(mailTopic) && delayView(visit.words['delayed.mail'], visit)

/** The same for messages to phones. */
export const smsDelayView = ({ texts }: { texts: Texts }, visit: Visit): Html | false =>
  !texts.delivers() && delayView(visit.words['delayed.sms'], visit)

const delayView = (text: string, visit: Visit): Html =>
  html`<p class="notice" role="status">
    ${text} <a href="${along('/sign-in', visit)}">${visit.words['delayed.other']}</a>
  </p>`
