import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Report } from './load-generator.ts'

/** A process that plays the clients of one subject. It keeps their credentials between rounds. */
export class Load {
  readonly #process: ChildProcess

  constructor() {
    this.#process = fork(fileURLToPath(new URL('load-generator.ts', import.meta.url)))
  }

  async order(order: Order): Promise<Report> {
    this.#process.send(order)
    const signal = AbortSignal.timeout(180_000)
    const [report] = (await once(this.#process, 'message', { signal })) as [Report | { failed: string }]
    if ('failed' in report) throw new Error(report.failed)
    return report
  }

  stop(): void {
    this.#process.kill()
  }
}
