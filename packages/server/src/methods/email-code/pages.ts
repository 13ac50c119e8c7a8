import { codeRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { formPages } from '../../page-kit/create-form.ts'
import { mailDelayView } from '../../page-kit/delay-view.ts'
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

const path = '/sign-in/email-code'

/** Signing in by a code by mail: one page asks for it, one takes it. */
export function createEmailCodePages(
  site: Site,
  services: SentCodeServices,
  { signsIn }: { signsIn: boolean },
): MethodPages {
  const signsUp = services.config.passwordlessSignUp
  return {
    pages: signsIn ? createSignInPages(site, services) : [],
    signIn: signsIn ? [signInLink({ name: 'email-code', label: words.option, signsUp })] : [],
    factor: { name: words.factor, delay: (page) => mailDelayView(services, page) },
  }
}

const createSignInPages = (site: Site, services: SentCodeServices): Page[] => [
  ...formPages(site, {
    path,
    title: words.title,
    route: site.routeOf(codeRoutes.sendEmailCode),
    explain: (page) => html`<p>${words.text(page)}</p>`,
    fields: [{ name: 'email', label: 'field.email', kind: 'email' }],
    button: 'codes.send',
    above: (page) => mailDelayView(services, page),
    below: backView,
    after: (_, page) => linkTo(`${path}/code`, page),
  }),
  ...sentCodePages(site, services, {
    from: path,
    purpose: 'email-code',
    cookie: services.ticketCookies.emailCode,
    sentTo: 'email',
    form: (sentTo) => ({
      title: 'code.title',
      route: site.routeOf(codeRoutes.verifyEmailCode),
      explain: (page) => sentView(words.sent(page), 'email', sentTo, page.language),
      fields: [{ name: 'code', label: 'field.code', kind: 'code', hint: 'hint.code' }, rememberField],
      above: (page) => mailDelayView(services, page),
      below: (page) => againView(page.words['code.again'], path, page),
    }),
  }),
]
