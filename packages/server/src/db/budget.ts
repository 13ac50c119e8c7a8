import { AsyncLocalStorage } from 'node:async_hooks'

/** How long one request may wait for the database, all its statements together. */
class Budget {
  readonly #milliseconds: number
  #spent = 0
  #waiting = 0
  #since = 0
  #closed = false

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  left(): number {
    if (this.#closed) return Infinity
    const running = this.#waiting > 0 ? performance.now() - this.#since : 0
    return Math.max(0, this.#milliseconds - this.#spent - running)
  }

  /** Waits that overlap count once. */
  enter(): void {
    if (this.#waiting++ === 0) this.#since = performance.now()
  }

  leave(): void {
    if (--this.#waiting === 0) this.#spent += performance.now() - this.#since
  }

  /** Ends the budget: work that outlives the request (a stream, work in the background) has none of its own. */
  close(): void {
    this.#closed = true
  }
}

const unlimited = Symbol('unlimited')
const current = new AsyncLocalStorage<Budget | typeof unlimited | undefined>()

/** Runs `work`; together, its statements wait for the database no longer than this. */
export async function withinBudget<Result>(
  milliseconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const budget = new Budget(milliseconds)
  try {
    return await current.run(budget, work)
  } finally {
    budget.close()
  }
}

/** Runs work that several requests share: no single one decides how long it may take. */
export const withoutBudget = <Result>(work: () => Result): Result => current.run(undefined, work)

/** Runs work without a time limit: migrations, and commands that a person waits for. */
export const patiently = <Result>(work: () => Result): Result => current.run(unlimited, work)

/**
 * Returns the next statement's time limit in milliseconds: `usual` without a budget, Infinity inside {@link patiently}.
 */
export function timeLeft(usual: number): number {
  const budget = current.getStore()
  if (budget === undefined) return usual
  return budget === unlimited ? Infinity : Math.min(usual, budget.left())
}

/** Counts the time of `waiting` as waited by the request that calls. */
export async function spend<Result>(waiting: () => Promise<Result>): Promise<Result> {
  const budget = current.getStore()
  if (!(budget instanceof Budget)) return await waiting()
  budget.enter()
  try {
    return await waiting()
  } finally {
    budget.leave()
  }
}
