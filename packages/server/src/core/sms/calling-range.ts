/**
 * The block of ten thousand numbers that a number stands in. Who earns by messages rents numbers in such blocks: many
 * messages into one of them are no coincidence.
 */
export const rangeOf = (number: string): string => number.slice(0, Math.max(4, number.length - 4))

/** True if messages may go to a number. An empty list of prefixes allows every number. */
export const isServed = (number: string, prefixes: readonly string[]): boolean =>
  prefixes.length === 0 || prefixes.some((prefix) => number.startsWith(prefix))
