import { withErrorPage } from '../../page-kit/error-page.ts'
import type { Page } from '../../page-kit/page.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodPages } from '../method-pages.ts'
import { arrive, withRefusals } from './pages/arrive.ts'
import type { FederationPageServices } from './pages/federation-site.ts'
import { continueView, leave, turnToGet } from './pages/leave.ts'
import { createLinkPages } from './pages/link.ts'
import { providersOf } from './providers.ts'

/** To another service, back from it, and to the account that was there before. */
export function createFederationPages(
  site: Site,
  below: Omit<FederationPageServices, 'labels'>,
): MethodPages {
  const { config } = below
  const providers = providersOf(config)
  const services = { ...below, labels: new Map(providers.map(({ id, label }) => [id, label])) }
  const callback = `${config.basePath}/auth/federation/{provider}/callback`
  const refusing = (handle: Page['handle']) => withRefusals(site, handle)
  const pages: Page[] = [
    {
      method: 'POST',
      path: '/sign-in/with/{provider}',
      handle: refusing((request) => leave(site, services, request)),
    },
    { method: 'GET', path: callback, handle: refusing((request) => arrive(site, request)) },
    { method: 'POST', path: callback, handle: refusing((request) => turnToGet(site, services, request)) },
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
