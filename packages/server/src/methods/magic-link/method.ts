import { defineMethod } from '../method.ts'
import { createMagicLinkLifecycle } from './lifecycle.ts'
import { amr } from './options.ts'
import { createMagicLinkPages } from './pages.ts'
import { createMagicLinkRoutes } from './routes.ts'
import { createMagicLinks } from './service.ts'

/** A link by mail that signs in the browser that asked for it. */
export const magicLinkMethod = defineMethod({
  name: 'magic-link',
  amr,
  migrations: [],
  prepare({ config }) {
    const signsIn = config.signInMethods.includes('magic-link')
    return {
      lifecycle: createMagicLinkLifecycle({ signsIn }),
      serve(services) {
        const magicLinks = createMagicLinks(services)
        const { respond, ticketCookies } = services
        const cookie = ticketCookies.magicLink
        const otherDevice = config.magicLinkOtherDevice
        if (!signsIn) return { routes: [] }
        return {
          routes: createMagicLinkRoutes({ magicLinks, cookie, respond, otherDevice }),
          pages: (site) => createMagicLinkPages(site, services),
        }
      },
    }
  },
})
