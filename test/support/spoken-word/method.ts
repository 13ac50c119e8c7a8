import { defineMethod } from '../../../packages/server/src/index.ts'
import { createSpokenWordFactor } from './factor.ts'
import { createSpokenWordLifecycle } from './lifecycle.ts'
import { spokenWordTable } from './migrations.ts'
import { createSpokenWordPages } from './pages.ts'
import { createSpokenWordRoutes } from './routes.ts'
import { refusals } from './words.ts'

/** The smallest method that has everything: a word that is asked for after another proof. It keeps nobody out for long. */
export const spokenWord = defineMethod({
  name: 'spoken-word',
  amr: ['kba'],
  migrations: [spokenWordTable],
  refusals,
  prepare: () => ({
    lifecycle: createSpokenWordLifecycle(),
    factor: createSpokenWordFactor(),
    serve: (services) => ({ routes: createSpokenWordRoutes(services), pages: createSpokenWordPages }),
  }),
})
