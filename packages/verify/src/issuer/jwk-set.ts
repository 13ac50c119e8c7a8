import { importJwk } from '../token/crypto.ts'
import type { VerificationKey } from '../token/access-token-check.ts'
import type { Algorithm } from '../token/algorithms.ts'
import { IssuerError } from './fetch-json.ts'

const mostKeys = 100

/**
 * The keys of a JWK set (RFC 7517 §5) that verify with one of these algorithms. Others are left out, as §5 asks; a set
 * that names the same key twice, or holds a secret, is refused whole. Throws IssuerError.
 */
export async function readJwkSet(
  body: Record<string, unknown>,
  algorithms: readonly Algorithm[],
  url: string,
): Promise<Map<string, VerificationKey>> {
  const { keys } = body
  if (!Array.isArray(keys)) throw new IssuerError(`${url} has no list of keys`)
  if (keys.length > mostKeys) throw new IssuerError(`${url} has more than ${mostKeys} keys`)
  const found = new Map<string, VerificationKey>()
  for (const jwk of keys as unknown[]) {
    if (typeof jwk !== 'object' || jwk === null) throw new IssuerError(`${url} has a key that is no object`)
    const key = await readKey(jwk as Record<string, unknown>, algorithms, url)
    if (!key) continue
    if (found.has(key.kid)) throw new IssuerError(`${url} has two keys with the same kid`)
    found.set(key.kid, key)
  }
  return found
}

async function readKey(
  jwk: Record<string, unknown>,
  algorithms: readonly Algorithm[],
  url: string,
): Promise<VerificationKey | null> {
  const { kid, alg, use = 'sig' } = jwk
  if ('d' in jwk || 'k' in jwk) throw new IssuerError(`${url} publishes a secret`)
  const algorithm = algorithms.find((each) => each === alg)
  if (!algorithm || use !== 'sig' || typeof kid !== 'string') return null
  try {
    return { kid, algorithm, key: await importJwk(jwk, algorithm) }
  } catch (error) {
    throw new IssuerError(`${url} has a key for ${algorithm} that is none`, { cause: error })
  }
}
