import { verify } from '@node-rs/bcrypt'
import type { StoredHash } from './stored-hash.ts'

// Not $2x$: it marks hashes of a broken implementation, which need that same fault to verify.
const format = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

// Each step doubles the time: 10 takes 60 ms, 16 takes 4 s, 20 would take a minute.
const mostCost = 16

/**
 * bcrypt reads only the first 72 bytes of a password. A hash that was made elsewhere is verified in the same
 * way: a longer password is cut, as its owner's was when the hash was made.
 */
export function parseBcryptHash(text: string): StoredHash | null {
  const cost = Number(format.exec(text)?.[1])
  return cost >= 4 && cost <= mostCost ? { matches: (password) => verify(password, text) } : null
}
