import type { Lifecycle } from '../../accounts/lifecycle.ts'
import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { createTotpFactor } from './factor.ts'
import { totpTable } from './migrations/0001-totp.ts'
import { amr } from './options.ts'
import { createTotpRoutes } from './routes.ts'

/** An authenticator app as the second factor: enrol, prove, replace, remove. */
export const createTotpMethod = (core: CoreParts, lifecycle: Lifecycle): Method =>
  defineMethod({
    name: 'totp',
    amr,
    routes: createTotpRoutes(core),
    migrations: totpMigrations,
    factor: createTotpFactor(core),
    lifecycle,
  })

export const totpMigrations = [totpTable]
