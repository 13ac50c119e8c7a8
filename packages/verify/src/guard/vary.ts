/** Adds names to a `Vary` header, each once (RFC 9110 §12.5.5). */
export function addVary(held: string | null, more: string): string {
  const names = (held?.split(',') ?? []).map((name) => name.trim()).filter((name) => name !== '')
  if (names.includes('*')) return '*'
  const known = new Set(names.map((name) => name.toLowerCase()))
  return [...names, ...more.split(', ').filter((name) => !known.has(name.toLowerCase()))].join(', ')
}
