import { defineMethod } from '../method.ts'
import { createTotpFactor } from './factor.ts'
import { createTotpLifecycle } from './lifecycle.ts'
import { totpTable } from './migrations/0001-totp.ts'
import { amr } from './options.ts'
import { createTotpRoutes } from './routes.ts'
import { sealedSeeds } from './store.ts'
import { createTotpPages } from './pages.ts'

/** An authenticator app as the second factor: enrol, prove, replace, remove. */
export const totpMethod = defineMethod({
  name: 'totp',
  amr,
  migrations: [totpTable],
  sealed: [sealedSeeds],
  prepare: (core) => ({
    lifecycle: createTotpLifecycle(),
    factor: createTotpFactor(core),
    serve: (services) => ({
      routes: createTotpRoutes(services),
      pages: createTotpPages,
    }),
  }),
})
