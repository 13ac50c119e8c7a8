import { hash } from 'node:crypto'
import type { Milliseconds } from '@latchkey/contract'
import { readDpopProof } from '@latchkey/verify/core'
import type { Queryable } from '../../db/database.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Keyring } from '../../core/secrets/keyring.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { createNonces } from './nonces.ts'
import { consumeProof } from './used-proofs.ts'

/** The header `DPoP` of a request, and the values that it must match. */
export interface ProofRequest extends ShownProof {
  /** The access token in `Authorization: DPoP`; null where the request brings none. */
  token: string | null
}

/** A request, as far as a proof names it. */
export interface ShownProof {
  /** The header `DPoP`; null without one. */
  proof: string | null
  method: string
  /** As the client has it, below the origin of `PUBLIC_URL`. */
  path: string
}

/** Proofs that a client holds its key (RFC 9449). */
export interface Dpop {
  /**
   * Returns the thumbprint of the proven key. Throws AuthError `invalid_dpop_proof`, `use_dpop_nonce`. At most once for
   * each proof.
   */
  prove(request: ProofRequest): Promise<string>
  /** Returns the header `DPoP-Nonce`. */
  nonce(): string
}

export interface DpopOptions {
  db: { relaxed: Queryable }
  ring: Keyring
  ports: Ports
  /** The origin at which clients reach this server. */
  origin: string
  /**
   * The time for which a nonce is issued; it is valid for as long again. If it equals the lifetime of access tokens,
   * the nonce that came with one is still valid at its refresh.
   */
  nonceSlot: Milliseconds
}

export function createDpop({ db, ring, ports, origin, nonceSlot }: DpopOptions): Dpop {
  const nonces = createNonces(ring, ports, nonceSlot)

  return { prove, nonce: nonces.current }

  async function prove({ proof, method, path, token }: ProofRequest): Promise<string> {
    if (proof === null) throw refuse('missing')
    // RFC 9449 §4.3 (1) to (9)
    const read = await readDpopProof({ proof, method, url: origin + path })
    if (!read) throw refuse('malformed, not signed by its key, or for another request')
    const { jkt, jti, nonce, ath } = read
    // (12) for this very token; that the token is bound to the key is held against its claims.
    if (ath !== (token === null ? undefined : hash('sha256', token, 'base64url')))
      throw refuse('for another access token')
    // (10) The time is the nonce's, as (11) allows: clocks of clients are wrong, and theirs could be set ahead.
    if (!nonces.isKnown(nonce)) throw new AuthError('use_dpop_nonce')
    // (11) Once; last, so that nobody else's proof uses one up. What a crash of the database may forget is a few proofs of the
    // last moment, and every request would wait for the disk.
    const isFirst = await consumeProof(db.relaxed, `${jkt} ${jti}`, ports.now() + 3 * nonceSlot)
    if (!isFirst) throw refuse('used before')
    return jkt
  }
}

const refuse = (reason: string): AuthError => new AuthError('invalid_dpop_proof', { log: { reason } })
