import { requireSoundKey } from '@latchkey/verify/core'

/** Returns a JWK set without keys that are weak enough for others to sign with. */
export async function withoutWeakKeys(response: Response): Promise<Response> {
  // The library refuses an answer that is not a set.
  const set = (await response
    .clone()
    .json()
    .catch(() => null)) as { keys?: unknown } | null
  if (!Array.isArray(set?.keys)) return response
  return new Response(JSON.stringify({ ...set, keys: set.keys.filter(isSound) }), response)
}

function isSound(jwk: unknown): boolean {
  try {
    requireSoundKey(jwk as Record<string, unknown>)
    return true
  } catch {
    return false
  }
}
