import { type Milliseconds, minutes } from '@latchkey/contract'
import type { SigningKey, SigningKeyNeeds } from './signing-key-needs.ts'

/** How long others may keep our JWK set; no key signs before it has been published for this long. */
export const jwksMaxAge: Milliseconds = minutes(5)

/**
 * The newest key in service that caches out there already have. Right after a rotation that is still the previous
 * one: so rotations may follow each other as fast as they like and no verifier meets a key it could not know.
 */
export function signer(services: SigningKeyNeeds): SigningKey {
  const { ports, algorithm, held } = services
  const current = held.keys.find(({ state }) => state === 'current')
  if (!current) throw new Error('there is no signing key; load(services) has not run')
  const ripe = (key: SigningKey) => key.createdAt + jwksMaxAge <= ports.now() && key.algorithm === algorithm
  if (ripe(current)) return current
  const previous = held.keys
    .filter(({ state }) => state === 'previous')
    .sort((a, b) => b.stateSince - a.stateSince)
  return previous.find(ripe) ?? firstOf(services, previous) ?? current
}

/** Falls back to the oldest key, the most widely known: a new installation has no ripe key in its first minutes. */
function firstOf(services: SigningKeyNeeds, previous: SigningKey[]): SigningKey | undefined {
  const { algorithm } = services
  return previous.filter((key) => key.algorithm === algorithm).at(-1)
}

export function find(services: SigningKeyNeeds, kid: string): SigningKey | null {
  const { held } = services
  return held.keys.find((key) => key.kid === kid && key.state !== 'retired') ?? null
}

export function jwks(services: SigningKeyNeeds): { keys: Record<string, unknown>[] } {
  const { held } = services
  const published = held.keys.filter(({ state, publicJwk }) => state !== 'retired' && publicJwk)
  return { keys: published.map(({ publicJwk }) => publicJwk as Record<string, unknown>) }
}
