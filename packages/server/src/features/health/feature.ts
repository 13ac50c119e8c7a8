import { defineFeature } from '../feature.ts'
import { heartbeatTable } from './migrations/0001-heartbeat.ts'
import { createReadiness } from './readiness.ts'
import { createOperationRoutes } from './routes.ts'

/** Liveness, readiness and metrics of this process; and the keys of its tokens. */
export const healthFeature = defineFeature({
  name: 'health',
  migrations: [heartbeatTable],
  serve(services) {
    const readiness = createReadiness(services)
    const { keys, metrics, config } = services
    const root = createOperationRoutes({
      keys,
      readiness,
      metrics: metrics.render,
      metricsToken: config.metricsToken,
    })
    return { own: { readiness }, routes: { root } }
  },
})
