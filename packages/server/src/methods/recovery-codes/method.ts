import { defineMethod } from '../method.ts'
import { createRecoveryFactor } from './factor.ts'
import { createRecoveryCodesLifecycle } from './lifecycle.ts'
import { keyedCodes } from './store.ts'
import { recoveryCodeTable } from './migrations/0001-recovery-code.ts'
import { amr } from './options.ts'
import { createRecoveryRoutes } from './routes.ts'
import { words } from './words.ts'

/** Codes that stand in for a lost second factor, each once. */
export const recoveryCodesMethod = defineMethod({
  name: 'recovery-codes',
  amr,
  migrations: [recoveryCodeTable],
  sealed: [keyedCodes],
  prepare: (core) => ({
    lifecycle: createRecoveryCodesLifecycle(),
    factor: createRecoveryFactor(core),
    serve: (services) => ({
      routes: createRecoveryRoutes(services),
      pages: () => ({ factor: { name: words.factor } }),
    }),
  }),
})
