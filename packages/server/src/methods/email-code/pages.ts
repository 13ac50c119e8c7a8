import { codeRoutes } from '@latchkey/contract'
import { codeSignInPages } from '../../page-kit/code-sign-in-pages.ts'
import { mailDelayView } from '../../page-kit/delay-view.ts'
import type { Page } from '../../page-kit/page.ts'
import type { SentCodeServices } from '../../page-kit/sent-code-pages.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodPages } from '../method-pages.ts'
import { signInLink } from '../sign-in-link.ts'
import { words } from './words.ts'

/** Signing in by a code by mail. */
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

const createSignInPages = (site: Site, services: SentCodeServices): Page[] =>
  codeSignInPages(site, services, {
    from: '/sign-in/email-code',
    purpose: 'email-code',
    cookie: services.ticketCookies.emailCode,
    sentTo: 'email',
    routes: {
      send: site.routeOf(codeRoutes.sendEmailCode),
      verify: site.routeOf(codeRoutes.verifyEmailCode),
    },
    fields: {
      address: { name: 'email', label: 'field.email', kind: 'email' },
      code: { name: 'code', label: 'field.code', kind: 'code', hint: 'hint.code' },
    },
    words: { ...words, sentTitle: 'code.title', again: 'code.again' },
    delay: (page) => mailDelayView(services, page),
  })
