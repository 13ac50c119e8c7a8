import type { Config } from '../../config/config.ts'
import { decideRelyingParty, type RelyingParty } from '../../config/relying-party.ts'
import { defineMethod } from '../method.ts'
import { createPasskeyFactor } from './factor.ts'
import { createPasskeyLifecycle } from './lifecycle.ts'
import { passkeyTable } from './migrations/0001-passkey.ts'
import { amr } from './options.ts'
import { createPasskeyPages } from './pages.ts'
import { passkeyScriptFile } from './pages/form-parts.ts'
import { createPasskeyRoutes } from './routes.ts'
import { refusals } from './words.ts'

/** Passkeys (WebAuthn): sign in without typing, use as a second factor, add, name and remove. */
export const passkeyMethod = defineMethod({
  name: 'passkey',
  amr,
  migrations: [passkeyTable],
  refusals,
  scripts: [passkeyScriptFile],
  prepare(core) {
    const rp = offeredParty(core.config)
    return {
      lifecycle: createPasskeyLifecycle({ isOffered: rp !== null }),
      ...(rp && { factor: createPasskeyFactor({ ...core, rp }) }),
      serve: (services) =>
        rp
          ? {
              routes: createPasskeyRoutes({ ...services, rp }),
              pages: (site) => createPasskeyPages(site, { ...services, rp }),
            }
          : { routes: [] },
    }
  },
})

/** Null if passkeys do not sign in. */
function offeredParty(config: Config): RelyingParty | null {
  const rp = decideRelyingParty(config)
  return typeof rp === 'object' && config.signInMethods.includes('passkey') ? rp : null
}
