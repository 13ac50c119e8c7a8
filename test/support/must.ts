/** The value, where there is one; a test that finds none ends here, not three lines on. */
export function must<Value>(value: Value | null | undefined, what = 'something'): Value {
  if (value === null || value === undefined) throw new Error(`expected ${what}, got ${String(value)}`)
  return value
}

/** The first of a list that is not empty. */
export function firstOf<Item>(list: readonly Item[]): Item {
  if (list.length === 0) throw new Error('expected a first item, got an empty list')
  return list[0] as Item
}

/** Returns a value that has to be text. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected text, got ${typeof value}`)
  return value
}
