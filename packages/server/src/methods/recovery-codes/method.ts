import type { Lifecycle } from '../../accounts/lifecycle.ts'
import type { CoreParts } from '../method-services.ts'
import { defineMethod, type Method } from '../method.ts'
import { createRecoveryFactor } from './factor.ts'
import { recoveryCodeTable } from './migrations/0001-recovery-code.ts'
import { amr } from './options.ts'
import { createRecoveryRoutes } from './routes.ts'

/** Codes that stand in for a lost second factor, each once. */
export const createRecoveryCodesMethod = (core: CoreParts, lifecycle: Lifecycle): Method =>
  defineMethod({
    name: 'recovery-codes',
    amr,
    routes: createRecoveryRoutes(core),
    migrations: recoveryCodesMigrations,
    factor: createRecoveryFactor(core),
    lifecycle,
  })

export const recoveryCodesMigrations = [recoveryCodeTable]
