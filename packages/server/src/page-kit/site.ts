import type { Log } from '../core/log/log.ts'
import type { HttpMethod } from '@latchkey/contract'
import type { RequestContext } from '../core/request/request-context.ts'
import type { Assets } from './assets.ts'
import type { Destinations } from './return-to.ts'

/** What every page knows of the installation. */
export interface Site {
  appName: string
  publicUrl: string
  assets: Assets
  log: Log
  /** Refuses forms that another site sends. */
  source: (exchange: { method: HttpMethod; context: RequestContext }) => void
  destinations: Destinations
  /** The content security policy of its pages. */
  policy: string
}
