import { seconds } from '@latchkey/contract'
import type { Log } from '../log/log.ts'

/** What this process keeps in memory of the database and reads anew when another one has changed it. */
export interface Loads {
  /** Reads everything. What fails is tried again every second until it succeeds, and told once. */
  run(): Promise<void>
  /** Whether the last reading failed: this process works with what it knew before. */
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
