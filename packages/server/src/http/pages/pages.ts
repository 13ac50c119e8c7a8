import type { Services } from '../../services/create-services.ts'
import type { Route } from '../../sessions/route.ts'
import type { MountedRoute } from '../handler.ts'
import type { OpenApi } from '../open-api/document.ts'
import type { Page } from '../../page-kit/page.ts'
import type { Refusals } from '../../page-kit/words/define-words.ts'
import type { SourceStep } from '../steps/source.ts'
import { pagePolicy } from '../security-headers.ts'
import { createAccountApp } from './account-app.ts'
import { createAssets } from '../../page-kit/assets.ts'
import { createChangeEmailPages } from './change-email-pages.ts'
import { createDevMailPages } from './dev-mail.ts'
import { createEnrolmentPages } from './enrolment-pages.ts'
import { createErrorPage } from '../../page-kit/error-page.ts'
import { createHomePage } from './home.ts'
import { createLanguagePage } from './language-page.ts'
import { composeMethodViews } from './method-views.ts'
import { createReferencePage } from './reference/reference-page.ts'
import { createDestinations } from '../../page-kit/return-to.ts'
import { createSecondFactorPages } from './second-factor-pages.ts'
import { createSetUpPages } from './set-up-page.ts'
import { createSignInPages } from './sign-in-page.ts'
import { createSignOutPages } from './sign-out-pages.ts'
import { createSignUpPages } from './sign-up-page.ts'
import { createVerifyPages, type VerifyServices } from './verify-pages.ts'
import type { SignedInServices } from '../../page-kit/signed-in.ts'
import type { CallRoute, Site } from '../../page-kit/site.ts'

type PageServices = SignedInServices &
  VerifyServices &
  Pick<Services, 'config' | 'log' | 'cookies' | 'inbox' | 'methods' | 'enrolments' | 'signIn'>

export interface PagesOptions {
  services: PageServices
  routes: readonly MountedRoute[]
  describe: () => OpenApi
  source: SourceStep
  callRoute: CallRoute
}

/** Everything that people see of the server. */
export function createPages({ services, routes, describe, source, callRoute }: PagesOptions): Page[] {
  const { config, inbox, log, methods } = services
  const { appName, publicUrl } = config
  const assets = createAssets(
    config,
    methods.flatMap(({ scripts = [] }) => scripts),
  )
  const destinations = createDestinations(config)
  // Chromium holds a form's redirect against the policy as well: without these, a sign-in would not arrive.
  const policy = pagePolicy(destinations.origins)
  const refusals: Refusals = Object.assign({}, ...methods.map(({ refusals }) => refusals ?? {}))
  const site: Site = {
    appName,
    publicUrl,
    assets,
    log,
    routeOf,
    callRoute,
    source,
    destinations,
    refusals,
    policy,
  }
  const views = composeMethodViews(site, methods, config)
  const signsUp = views.forms !== null || views.signIn.some(({ signsUp }) => signsUp)
  const offered = { ...views, isOpen: config.registration === 'open' && signsUp }
  return [
    assets.page,
    createHomePage(site, { hasInbox: inbox !== null }),
    createReferencePage(site, describe),
    ...createSignInPages(site, services, offered),
    ...createSignUpPages(site, services, offered),
    ...createSecondFactorPages(site, services, views.factors),
    ...createEnrolmentPages(site, services, views.factors),
    ...views.pages,
    ...createSignOutPages(site, services),
    ...createSetUpPages(site, services, views.newAccount),
    ...createVerifyPages(site, services),
    ...createChangeEmailPages(site, services),
    ...createAccountApp(site, services),
    createLanguagePage(site),
    createErrorPage(site),
    ...(inbox ? createDevMailPages(site, inbox) : []),
  ]

  function routeOf({ id }: { id: string }): Route {
    const mounted = routes.find(({ route }) => route.contract.id === id)
    if (!mounted) throw new TypeError(`the route ${id} is not mounted, and a page needs it`)
    return mounted.route
  }
}
