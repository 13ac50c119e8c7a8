import type { Parts } from '../../parts.ts'
import type { Route } from '../../core/route.ts'
import type { MountedRoute } from '../handler.ts'
import type { OpenApi } from '../open-api/document.ts'
import type { Page } from '../page.ts'
import type { SourceStep } from '../steps/source.ts'
import { createAccountApp } from './account-app.ts'
import { createAccountPages } from './account-pages.ts'
import { createAssets } from './assets.ts'
import { createDevMailPages } from './dev-mail.ts'
import { createHomePage } from './home.ts'
import { createReferencePage } from './reference/reference-page.ts'
import type { Site } from './site.ts'

export interface PagesOptions {
  parts: Parts
  routes: readonly MountedRoute[]
  describe: () => OpenApi
  source: SourceStep
}

/** Everything that people see of the server. */
export function createPages({ parts, routes, describe, source }: PagesOptions): Page[] {
  const { config, inbox, log } = parts
  const assets = createAssets()
  const site: Site = { appName: config.appName, publicUrl: config.publicUrl, assets, log, source }
  return [
    assets.page,
    createHomePage(site, { hasInbox: inbox !== null }),
    createReferencePage(site, describe),
    ...createAccountPages(site, parts, routeOf),
    ...createAccountApp(site, { apiPath: `${config.basePath}/auth` }),
    ...(inbox ? createDevMailPages(site, inbox) : []),
  ]

  function routeOf({ id }: { id: string }): Route {
    const mounted = routes.find(({ route }) => route.contract.id === id)
    if (!mounted) throw new TypeError(`the route ${id} is not mounted, and a page needs it`)
    return mounted.route
  }
}
