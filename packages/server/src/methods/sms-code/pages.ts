import { codeRoutes } from '@latchkey/contract'
import { codeSignInPages } from '../../page-kit/code-sign-in-pages.ts'
import { smsDelayView } from '../../page-kit/delay-view.ts'
import type { Page } from '../../page-kit/page.ts'
import type { SentCodeServices } from '../../page-kit/sent-code-pages.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodPages } from '../method-pages.ts'
import { signInLink } from '../sign-in-link.ts'
import { words } from './words.ts'

/** Signing in by a code by SMS. */
export const createSmsCodePages = (
  site: Site,
  services: SentCodeServices,
  { signsIn }: { signsIn: boolean },
): MethodPages => ({
  pages: signsIn ? createSignInPages(site, services) : [],
  signIn: signsIn ? [signInLink({ name: 'sms-code', label: words.option, signsUp: false })] : [],
  factor: { name: words.factor, delay: (page) => smsDelayView(services, page) },
})

const createSignInPages = (site: Site, services: SentCodeServices): Page[] =>
  codeSignInPages(site, services, {
    from: '/sign-in/sms-code',
    purpose: 'sms-code',
    cookie: services.ticketCookies.smsCode,
    sentTo: 'number',
    routes: {
      send: site.routeOf(codeRoutes.sendSmsCode),
      verify: site.routeOf(codeRoutes.verifySmsCode),
    },
    fields: {
      address: { name: 'phone', label: 'field.phone', kind: 'phone', hint: words.phoneHint },
      code: { name: 'code', label: 'field.code', kind: 'sms-code', hint: words.codeHint },
    },
    words,
    delay: (page) => smsDelayView(services, page),
  })
