import { seconds } from '@latchkey/contract'
import type { Log } from '../log/log.ts'

/** Data of the database that this process keeps in memory and reads again when another process has changed it. */
export interface Loads {
  /** Reads everything. A failed reading is retried every second until it succeeds, and reported once. */
  run(): Promise<void>
  /** True if the last reading failed: this process works with the data it had before. */
  isBehind(): boolean
  start(): void
  stop(): void
}

const again = seconds(1)

export function createLoads({ load, log }: { load: readonly (() => Promise<void>)[]; log: Log }): Loads {
  let isBehind = false
  let timer: NodeJS.Timeout | undefined

  return {
    run,
    isBehind: () => isBehind,
    start() {
      timer = setInterval(() => void (isBehind && run()), again)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }

  async function run(): Promise<void> {
    const results = await Promise.allSettled(load.map((each) => each()))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed && !isBehind)
      log.error('what other processes have changed cannot be read', { error: failed.reason as unknown })
    if (!failed && isBehind) log.info('what other processes have changed has been read')
    isBehind = failed !== undefined
  }
}
