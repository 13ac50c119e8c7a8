import { hash, verify } from '@node-rs/argon2'
import { decodeBase64 } from './decode-base64.ts'
import { isHashLength, mostMemory, type StoredHash } from './stored-hash.ts'

/** Cost of a hash: KiB of memory, passes over it, lanes (RFC 9106 §3.1). */
export interface Argon2Cost {
  readonly memoryCost: number
  readonly timeCost: number
  readonly parallelism: number
}

/** The cost of new hashes: OWASP's first recommendation for Argon2id; 8–10 ms on one core. */
export const argon2Cost: Argon2Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** A key that goes into the hash and is not stored with it. The id tells which one it was. */
export interface Pepper {
  id: string
  key: Uint8Array
}

export interface Argon2Hash extends StoredHash {
  /** The id of the pepper that is needed, or null. */
  pepperId: string | null
  /** True for an Argon2id hash that costs at least this much. */
  isAsStrongAs(cost: Argon2Cost): boolean
  matches(password: string, pepper?: Pepper | null): Promise<boolean>
}

// argon2id · version · memory in KiB · passes · lanes · id of the pepper (PHC: keyid, up to 8 bytes) · salt · hash
const phc =
  /^\$argon2(id|i|d)\$v=(16|19)\$m=(\d{1,7}),t=(\d{1,4}),p=(\d{1,3})(?:,keyid=([A-Za-z0-9+/]{1,11}))?\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,171})$/

export function parseArgon2Hash(text: string): Argon2Hash | null {
  const [, kind, version, m, t, p, pepperId, saltText = '', hashText = ''] = phc.exec(text) ?? []
  const salt = decodeBase64(saltText)
  const hash = decodeBase64(hashText)
  if (!salt || !hash || !isHashLength(hash.length)) return null
  const [memory, passes, lanes] = [Number(m), Number(t), Number(p)]
  // RFC 9106 §3.1: at least 8 KiB for each lane.
  if (passes < 1 || lanes < 1 || memory < 8 * lanes) return null
  // A gigabyte, four times over, is 2 s of work; nobody's sign-in may be made to cost more.
  if (memory * 1024 > mostMemory || memory * passes > 2 ** 22) return null
  return {
    pepperId: pepperId ?? null,
    isAsStrongAs: ({ memoryCost, timeCost }) =>
      kind === 'id' &&
      version === '19' &&
      memory >= memoryCost &&
      passes >= timeCost &&
      salt.length >= 16 &&
      hash.length >= 32,
    matches: (password, pepper) => verify(text, password, pepper ? { secret: pepper.key } : {}),
  }
}

/** A new hash as a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$…`, with `,keyid=…` if there is a pepper. */
export async function makeArgon2Hash(
  password: string,
  pepper: Pepper | null,
  cost: Argon2Cost,
): Promise<string> {
  // 2 is Argon2id: the package's `const enum` does not exist at run time.
  const text = await hash(password, { algorithm: 2, ...cost, ...(pepper && { secret: pepper.key }) })
  return pepper ? text.replace(/\$m=[^$]+/, `$&,keyid=${pepper.id}`) : text
}
