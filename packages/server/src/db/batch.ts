import { spend, withoutBudget } from './budget.ts'

/**
 * Collects the calls of one turn of the event loop into one call of `run`. While a batch is under way the next one
 * fills up, so that the load decides the size. `run` answers in the order of its input, null for no answer.
 */
export function batch<Input, Output>(
  run: (inputs: Input[]) => Promise<Output[]>,
  { largest = 100, abreast = 2 }: { largest?: number; abreast?: number } = {},
): (input: Input) => Promise<Output> {
  let waiting: { input: Input; resolve: (output: Output) => void; reject: (error: unknown) => void }[] = []
  let running = 0
  let scheduled = false

  return (input) =>
    spend(
      () =>
        new Promise((resolve, reject) => {
          waiting.push({ input, resolve, reject })
          schedule()
        }),
    )

  function schedule(): void {
    if (scheduled || running >= abreast || waiting.length === 0) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      void withoutBudget(runBatch)
    })
  }

  async function runBatch(): Promise<void> {
    const batch = waiting.slice(0, largest)
    waiting = waiting.slice(largest)
    running++
    schedule()
    try {
      const outputs = await run(batch.map(({ input }) => input))
      batch.forEach(({ resolve }, index) => resolve(outputs[index] as Output))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      running--
      schedule()
    }
  }
}
