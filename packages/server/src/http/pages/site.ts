import type { Log } from '../../core/log.ts'
import type { SourceStep } from '../steps/source.ts'
import type { Assets } from './assets.ts'

/** What every page knows of the installation. */
export interface Site {
  appName: string
  publicUrl: string
  assets: Assets
  log: Log
  /** Refuses forms that another site sends. */
  source: SourceStep
}
