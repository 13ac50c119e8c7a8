import { resolve } from 'node:path'
import { createVitest, type Vitest } from 'vitest/node'

export interface Outcome {
  as: 'passed' | 'failed' | 'took too long' | 'ran nothing'
  /** The first test that failed, where one did. */
  by?: string
}

/** Runs tests against sources of which one may read otherwise than on the disk, which is never written to. */
export class TestRuns {
  #vitest: Promise<Vitest> | null = null
  readonly #named: string | undefined
  #changed: { file: string; text: string } | null = null

  constructor(named: string | undefined) {
    this.#named = named
  }

  async run(
    tests: readonly string[],
    { changed = null, limit }: { changed?: { file: string; text: string } | null; limit: number },
  ): Promise<Outcome> {
    const vitest = await (this.#vitest ??= this.#start())
    this.#change(vitest, changed)
    const late = Promise.withResolvers<null>()
    const timer = setTimeout(() => late.resolve(null), limit)
    const files = tests.map((test) => vitest.getRootProject().createSpecification(resolve(test)))
    const result = await Promise.race([vitest.runTestSpecifications(files), late.promise])
    clearTimeout(timer)
    if (!result) {
      await this.#kill(vitest)
      return { as: 'took too long' }
    }
    // Those of the runs before are among them.
    const modules = result.testModules.filter(({ moduleId }) =>
      files.some((file) => file.moduleId === moduleId),
    )
    if (result.unhandledErrors.length > 0 || modules.some((module) => !module.ok())) {
      const [failed] = modules.flatMap((module) => [...module.children.allTests('failed')])
      return { as: 'failed', ...(failed && { by: failed.fullName }) }
    }
    const ran = modules.flatMap((module) => [...module.children.allTests('passed')])
    return { as: ran.length > 0 ? 'passed' : 'ran nothing' }
  }

  async close(): Promise<void> {
    const vitest = await this.#vitest
    this.#vitest = null
    await vitest?.close()
  }

  /**
   * Ends a run that may be in an endless loop and hear nothing. Asked a second time, Vitest waits for no answer and
   * ends the process.
   */
  async #kill(vitest: Vitest): Promise<void> {
    await Promise.all([vitest.cancelCurrentRun('test-failure'), vitest.cancelCurrentRun('test-failure')])
    await this.close()
  }

  async #start(): Promise<Vitest> {
    const vitest = await createVitest(
      {
        watch: false,
        bail: 1,
        silent: true,
        reporters: [{}],
        // Its keys are made of what is on the disk.
        fsModuleCache: false,
        ...(this.#named !== undefined && { testNamePattern: this.#named }),
      },
      {
        plugins: [
          {
            name: 'mutant',
            enforce: 'pre',
            load: (id) => (id.split('?')[0] === this.#changed?.file ? this.#changed?.text : null),
          },
        ],
      },
    )
    await vitest.standalone()
    return vitest
  }

  #change(vitest: Vitest, changed: { file: string; text: string } | null): void {
    if (this.#changed) vitest.invalidateFile(this.#changed.file)
    this.#changed = changed && { ...changed, file: resolve(changed.file) }
    if (this.#changed) vitest.invalidateFile(this.#changed.file)
  }
}
