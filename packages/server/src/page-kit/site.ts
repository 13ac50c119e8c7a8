import type { Log } from '../core/log/log.ts'
import type { SourceStep } from '../http/steps/source.ts'
import type { Assets } from './assets.ts'
import type { Destinations } from './return-to.ts'

/** What every page knows of the installation. */
export interface Site {
  appName: string
  publicUrl: string
  assets: Assets
  log: Log
  /** Refuses forms that another site sends. */
  source: SourceStep
  destinations: Destinations
  /** The content security policy of its pages. */
  policy: string
}
