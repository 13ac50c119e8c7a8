/** Results for tokens that were verified before; the ones used least recently make room. */
export interface TokenCache<Known> {
  get(token: string): Known | undefined
  set(token: string, known: Known): void
  delete(token: string): void
  clear(): void
  size(): number
}

interface Entry<Known> {
  token: string
  known: Known
}

/**
 * Characters of a token's end that the map uses as its key: 192 bits of its signature. Hashing the whole token would be
 * most of the work of a look-up. The whole token is compared afterwards.
 */
const tail = 32

const keyOf = (token: string): string => token.slice(-tail)

/**
 * Two generations instead of a list in order of use: a look-up writes only when it finds a token in the older one, and
 * when the younger one has half of `most`, the older one goes as a whole.
 */
export function createTokenCache<Known>(most: number): TokenCache<Known> {
  let young = new Map<string, Entry<Known>>()
  let old = new Map<string, Entry<Known>>()
  return {
    get(token) {
      const key = keyOf(token)
      const entry = young.get(key)
      if (entry?.token === token) return entry.known
      const older = old.size > 0 ? old.get(key) : undefined
      if (older?.token !== token) return undefined
      keep(key, older)
      return older.known
    },
    set: (token, known) => keep(keyOf(token), { token, known }),
    delete(token) {
      const key = keyOf(token)
      for (const generation of [young, old]) if (generation.get(key)?.token === token) generation.delete(key)
    },
    clear() {
      young = new Map()
      old = new Map()
    },
    size: () => young.size + old.size,
  }

  function keep(key: string, entry: Entry<Known>): void {
    if (young.size >= most / 2) {
      old = young
      young = new Map()
    }
    young.set(key, entry)
  }
}
