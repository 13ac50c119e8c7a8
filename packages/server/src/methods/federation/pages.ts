import { withErrorPage } from '../../page-kit/error-page.ts'
import type { Page } from '../../page-kit/page.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodPages } from '../method-pages.ts'
import { callbackPage, withRefusals } from './pages/callback.ts'
import type { FederationPageServices } from './pages/federation-site.ts'
import { continueView, startPage, turnToGet } from './pages/start.ts'
import { createLinkPages } from './pages/link.ts'
import { providersOf } from './providers.ts'

/** Pages to another service, back from it, and to the existing account. */
export function createFederationPages(
  site: Site,
  below: Omit<FederationPageServices, 'labels'>,
): MethodPages {
  const { config } = below
  const providers = providersOf(config)
  const services = { ...below, labels: new Map(providers.map(({ id, label }) => [id, label])) }
  const callbackPath = `${config.basePath}/auth/federation/{provider}/callback`
  const refusing = (handle: Page['handle']) => withRefusals(site, handle)
  const pages: Page[] = [
    {
      method: 'POST',
      path: '/sign-in/with/{provider}',
      handle: refusing((request) => startPage(site, services, request)),
    },
    { method: 'GET', path: callbackPath, handle: refusing((request) => callbackPage(site, request)) },
    { method: 'POST', path: callbackPath, handle: refusing((request) => turnToGet(site, services, request)) },
    ...createLinkPages(site, services),
  ]
  return {
    pages: pages.map((page) => withErrorPage(site, page)),
    signIn: providers.map(({ id, label }) => ({
      name: `federation/${id}`,
      view: continueView(id, label),
      signsUp: true,
    })),
  }
}
