import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

export interface ChildOptions {
  /** Keeps the process and all its threads on one core, where the system can (Linux with `taskset`). */
  oneCore?: boolean
  /** Arguments to node. */
  node?: readonly string[]
}

const taskset = ['/usr/bin/taskset', '/bin/taskset'].find((path) => existsSync(path))

/** A process that carries out one order at a time and reports on each. */
export class Child<Order, Report extends object> {
  readonly #process: ChildProcess

  constructor(script: URL, { oneCore = false, node = process.execArgv }: ChildOptions = {}) {
    const words = [process.execPath, ...node, fileURLToPath(script)]
    if (oneCore && taskset !== undefined) words.unshift(taskset, '-c', String(availableParallelism() - 1))
    this.#process = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  async order(order: Order): Promise<Report> {
    this.#process.send(order as object)
    const signal = AbortSignal.timeout(180_000)
    const [report] = (await once(this.#process, 'message', { signal })) as [Report | { failed: string }]
    if ('failed' in report) throw new Error(report.failed)
    return report
  }

  stop(): void {
    this.#process.kill()
  }
}

/** The other end, in the process itself. */
export function takeOrders(carryOut: (order: never) => Promise<object>): void {
  process.on('message', (order) => {
    carryOut(order as never).then(
      (report) => process.send?.(report),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
}
