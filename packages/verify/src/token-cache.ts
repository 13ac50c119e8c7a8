/** What is known of tokens that were verified before; the ones used least recently make room. */
export interface TokenCache<Known> {
  get(token: string): Known | undefined
  set(token: string, known: Known): void
  delete(token: string): void
  clear(): void
  size(): number
}

/**
 * Two generations instead of a list in order of use: a look-up writes only when it finds a token in the older one, and
 * when the younger one has half of `most`, the older one goes as a whole.
 */
export function createTokenCache<Known>(most: number): TokenCache<Known> {
  let young = new Map<string, Known>()
  let old = new Map<string, Known>()
  return {
    get(token) {
      const known = young.get(token)
      if (known !== undefined || old.size === 0) return known
      const older = old.get(token)
      if (older !== undefined) set(token, older)
      return older
    },
    set,
    delete(token) {
      young.delete(token)
      old.delete(token)
    },
    clear() {
      young = new Map()
      old = new Map()
    },
    size: () => young.size + old.size,
  }

  function set(token: string, known: Known): void {
    if (young.size >= most / 2) {
      old = young
      young = new Map()
    }
    young.set(token, known)
  }
}
