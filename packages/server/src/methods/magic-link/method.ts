import type { Lifecycle } from '../../accounts/lifecycle.ts'
import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { amr } from './options.ts'
import { createMagicLinkRoutes } from './routes.ts'
import { createMagicLinks } from './service.ts'

/** A link by mail that signs in the browser that asked for it. */
export function createMagicLinkMethod(core: CoreParts, lifecycle: Lifecycle): Method {
  const { config, grant, ticketCookies } = core
  const signsIn = config.signInMethods.includes('magic-link')
  const cookie = ticketCookies.magicLink
  const otherDevice = config.magicLinkOtherDevice
  const magicLinks = createMagicLinks(core)
  return defineMethod({
    name: 'magic-link',
    amr,
    routes: signsIn ? createMagicLinkRoutes({ magicLinks, cookie, grant, otherDevice }) : [],
    migrations: [],
    lifecycle,
  })
}
