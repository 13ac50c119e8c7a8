import { setImmediate as nextTurn } from 'node:timers/promises'

/** Megabytes in use. */
export interface Memory {
  readonly heap: number
  /** Array buffers, which lie outside of the heap. */
  readonly arrays: number
  readonly resident: number
}

/** Measures the memory left after garbage collection. Needs node's `--expose-gc`. */
export async function settledMemory(): Promise<Memory> {
  for (let round = 0; round < 3; round++) {
    await nextTurn()
    globalThis.gc!()
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heap: heapUsed / 1e6, arrays: arrayBuffers / 1e6, resident: rss / 1e6 }
}

export const memoryBetween = (before: Memory, after: Memory): Memory => ({
  heap: after.heap - before.heap,
  arrays: after.arrays - before.arrays,
  resident: after.resident - before.resident,
})
