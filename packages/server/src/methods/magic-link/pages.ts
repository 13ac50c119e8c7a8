import { codeRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { formPages } from '../../page-kit/create-form.ts'
import { mailDelayView } from '../../page-kit/delay-view.ts'
import type { Page } from '../../page-kit/page.ts'
import { linkTo } from '../../page-kit/page-context.ts'
import { backView } from '../../page-kit/sent-code-pages.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodPages } from '../method-pages.ts'
import { signInLink } from '../sign-in-link.ts'
import { createLinkPages } from './pages/link.ts'
import { askPath, type LinkPageServices, sentPath } from './pages/link-services.ts'
import { createSentPages } from './pages/sent.ts'
import { words } from './words.ts'

/** Signing in by a link: asking for it, waiting for it, and what it leads to, here and in other browsers. */
export const createMagicLinkPages = (site: Site, services: LinkPageServices): MethodPages => ({
  pages: [
    ...askPages(site, services),
    ...createSentPages(site, services),
    ...createLinkPages(site, services),
  ],
  signIn: [
    signInLink({ name: 'magic-link', label: words.option, signsUp: services.config.passwordlessSignUp }),
  ],
})

const askPages = (site: Site, services: LinkPageServices): Page[] =>
  formPages(site, {
    path: askPath,
    title: words.title,
    route: site.routeOf(codeRoutes.sendMagicLink),
    explain: (page) => html`<p>${words.text(page)}</p>`,
    fields: [{ name: 'email', label: 'field.email', kind: 'email' }],
    button: words.button,
    above: (page) => mailDelayView(services, page),
    below: backView,
    after: (_, page) => linkTo(sentPath, page),
  })
