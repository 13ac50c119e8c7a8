import type { Parts } from '../../services/create-services.ts'
import type { Route } from '../../sessions/route.ts'
import type { MountedRoute } from '../handler.ts'
import type { OpenApi } from '../open-api/document.ts'
import type { Page } from '../../page-kit/page.ts'
import type { SourceStep } from '../steps/source.ts'
import { pagePolicy } from '../security-headers.ts'
import { createAccountApp } from './account-app.ts'
import { createAccountPages, createChangePasswordPage } from './account-pages.ts'
import { createAssets } from '../../page-kit/assets.ts'
import { createCodePages } from '../../page-kit/code-pages.ts'
import { createDevMailPages } from './dev-mail.ts'
import { createEnrolmentPages } from './enrolment-pages.ts'
import { createErrorPage } from '../../page-kit/error-page.ts'
import { createFederationPages } from '../../methods/federation/pages.ts'
import { createHomePage } from './home.ts'
import { createLanguagePage } from './language-page.ts'
import { offersPasskeys } from '../../methods/passkey/page-parts.ts'
import { createPasskeyDocuments, createPasskeyPages } from '../../methods/passkey/pages.ts'
import { createMagicLinkPages } from '../../methods/magic-link/pages.ts'
import { createReferencePage } from './reference/reference-page.ts'
import { createDestinations } from '../../page-kit/return-to.ts'
import { createSecondFactorPages } from './second-factor-pages.ts'
import { createSignInPages } from './sign-in-pages.ts'
import { createSignOutPages } from './sign-out-pages.ts'
import type { CallRoute, Site } from '../../page-kit/site.ts'

export interface PagesOptions {
  parts: Parts
  routes: readonly MountedRoute[]
  describe: () => OpenApi
  source: SourceStep
  callRoute: CallRoute
}

/** Everything that people see of the server. */
export function createPages({ parts, routes, describe, source, callRoute }: PagesOptions): Page[] {
  const { config, inbox, log } = parts
  const { appName, publicUrl } = config
  const hasPasswords = config.signInMethods.includes('password')
  const assets = createAssets(config)
  const destinations = createDestinations(config)
  // Chromium holds a form's redirect against the policy as well: without these, a sign-in would not arrive.
  const policy = pagePolicy(destinations.origins)
  const site: Site = { appName, publicUrl, assets, log, callRoute, source, destinations, policy }
  return [
    assets.page,
    createHomePage(site, { hasInbox: inbox !== null }),
    createReferencePage(site, describe),
    ...createSignInPages(site, parts, routeOf),
    ...createMagicLinkPages(site, parts, routeOf),
    ...createCodePages(site, parts, routeOf),
    ...createSecondFactorPages(site, parts, routeOf),
    ...createEnrolmentPages(site, parts, routeOf),
    ...(offersPasskeys(parts)
      ? [...createPasskeyPages(site, parts, routeOf), ...createPasskeyDocuments(parts)]
      : []),
    ...createFederationPages(site, parts, routeOf),
    ...createSignOutPages(site, parts, routeOf),
    ...createAccountPages(site, parts, routeOf),
    ...createAccountApp(site, parts),
    createLanguagePage(site),
    createErrorPage(site),
    ...(hasPasswords ? [createChangePasswordPage()] : []),
    ...(inbox ? createDevMailPages(site, inbox) : []),
  ]

  function routeOf({ id }: { id: string }): Route {
    const mounted = routes.find(({ route }) => route.contract.id === id)
    if (!mounted) throw new TypeError(`the route ${id} is not mounted, and a page needs it`)
    return mounted.route
  }
}
