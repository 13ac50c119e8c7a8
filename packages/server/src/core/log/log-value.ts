const deepest = 5
const mostItems = 100
const mostCharacters = 10_000

/** Names under which secrets travel. */
const secretNames =
  /^(?:(?:current|new)?-?_?password|pepper|secret|(?:access|refresh|id)?_?token|authorization|(?:set-)?cookie)$/i

/** Returns the fields of a log line as plain JSON values of limited size, whatever they were. Never throws. */
export function toLogValue(fields: readonly object[], options: { stacks: boolean }): Record<string, unknown> {
  try {
    return plainRecord(Object.assign({}, ...fields) as object, options, 0)
  } catch {
    // A property that throws when it is read.
    return { fields: 'unreadable' }
  }
}

function plain(value: unknown, options: { stacks: boolean }, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'string' && value.length > mostCharacters) return `${value.slice(0, mostCharacters)}…`
  if (typeof value === 'function') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof URL) return value.href
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (depth >= deepest) return '…'
  if (value instanceof Error) return plainError(value, options, depth)
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item) => plain(item, options, depth + 1))
  return plainRecord(value, options, depth)
}

function plainRecord(value: object, options: { stacks: boolean }, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, mostItems)
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      secretNames.test(name) ? '[redacted]' : plain(value, options, depth + 1),
    ]),
  )
}

// Only these properties: others may hold anything, such as the parameters of a statement.
function plainError(error: Error, options: { stacks: boolean }, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error
  const code: unknown = 'code' in error ? error.code : undefined
  return {
    name,
    message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(cause !== undefined && { cause: plain(cause, options, depth + 1) }),
    ...(options.stacks && { stack }),
  }
}
