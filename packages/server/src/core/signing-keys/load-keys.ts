import { algorithms } from './algorithms.ts'
import { listKeys, type SigningKeyRow } from './store.ts'
import type { SigningKey, SigningKeyNeeds } from './signing-key-needs.ts'

export async function load(services: SigningKeyNeeds): Promise<void> {
  const { db, held } = services
  held.keys = (await listKeys(db)).map((row) => toSigningKey(services, row))
}

function toSigningKey(services: SigningKeyNeeds, row: SigningKeyRow): SigningKey {
  const { ring } = services
  const algorithmRow = algorithms[row.algorithm]
  const key = algorithmRow.load(ring.open('signing-keys', row.private_key, row.kid))
  const verifier = algorithmRow.verifier(key)
  const publicJwk =
    verifier.type === 'public'
      ? { ...verifier.export({ format: 'jwk' }), kid: row.kid, alg: row.algorithm, use: 'sig' }
      : null
  const { kid, state, created_at: createdAt, state_since: stateSince } = row
  return { kid, algorithm: row.algorithm, state, createdAt, stateSince, key, verifier, publicJwk }
}
