import { requireSoundKey } from '@latchkey/verify/core'

/** A JWK set without the keys by which others than the provider could sign. */
export async function withoutWeakKeys(response: Response): Promise<Response> {
  // What is no set is for the library to refuse.
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
