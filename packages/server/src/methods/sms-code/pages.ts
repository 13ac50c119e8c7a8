import { codeRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { formPages } from '../../page-kit/create-form.ts'
import { smsDelayView } from '../../page-kit/delay-view.ts'
import type { Page } from '../../page-kit/page.ts'
import { linkTo } from '../../page-kit/page-context.ts'
import {
  againView,
  backView,
  rememberField,
  sentCodePages,
  type SentCodeServices,
  sentView,
} from '../../page-kit/sent-code-pages.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodPages } from '../method-pages.ts'
import { signInLink } from '../sign-in-link.ts'
import { words } from './words.ts'

const path = '/sign-in/sms-code'

/** Signing in by a code by SMS: one page asks for it, one takes it. */
export const createSmsCodePages = (
  site: Site,
  services: SentCodeServices,
  { signsIn }: { signsIn: boolean },
): MethodPages => ({
  pages: signsIn ? createSignInPages(site, services) : [],
  signIn: signsIn ? [signInLink({ name: 'sms-code', label: words.option, signsUp: false })] : [],
  factor: { name: words.factor, delay: (page) => smsDelayView(services, page) },
})

const createSignInPages = (site: Site, services: SentCodeServices): Page[] => [
  ...formPages(site, {
    path,
    title: words.title,
    route: site.routeOf(codeRoutes.sendSmsCode),
    explain: (page) => html`<p>${words.text(page)}</p>`,
    fields: [{ name: 'phone', label: 'field.phone', kind: 'phone', hint: words.phoneHint }],
    button: 'codes.send',
    above: (page) => smsDelayView(services, page),
    below: backView,
    after: (_, page) => linkTo(`${path}/code`, page),
  }),
  ...sentCodePages(site, services, {
    from: path,
    purpose: 'sms-code',
    cookie: services.ticketCookies.smsCode,
    sentTo: 'number',
    form: (sentTo) => ({
      title: words.sentTitle,
      route: site.routeOf(codeRoutes.verifySmsCode),
      explain: (page) => sentView(words.sent(page), 'phone', sentTo, page.language),
      fields: [{ name: 'code', label: 'field.code', kind: 'sms-code', hint: words.codeHint }, rememberField],
      above: (page) => smsDelayView(services, page),
      below: (page) => againView(words.again(page), path, page),
    }),
  }),
]
