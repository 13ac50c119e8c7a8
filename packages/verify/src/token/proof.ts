import { base64urlOf, importJwk, sha256, verifySignature } from './crypto.ts'
import { publicKeyAlgorithms } from './algorithms.ts'
import type { Claims } from './claims.ts'
import { type Jws, parseJws } from './jws.ts'
import { VerifyError } from './verify-error.ts'

/** The proofs of a request beside its token, for tokens that are bound to a key. */
export interface Presented {
  /** The scheme of the `Authorization` header; default `Bearer`. */
  scheme?: string
  /** DPoP (RFC 9449): the header `DPoP`, and the request's method and address as the client knows it. */
  dpop?: { proof: string; method: string; url: string } | undefined
  /** Mutual TLS (RFC 8705): the DER of the client certificate of this connection. */
  certificate?: Uint8Array | undefined
}

/** True if a proof is due: the token is bound, or comes as if it were. */
export const needsProof = ({ cnf }: Claims, presented: Presented): boolean =>
  cnf !== undefined || isDpop(presented)

/** Names of schemes are case-insensitive (RFC 9110 §11.1). */
const isDpop = ({ scheme = 'Bearer' }: Presented): boolean => scheme.toLowerCase() === 'dpop'

export interface ProofCheck {
  /**
   * Resolves when the token's own binding is proven, or it has none. Rejects with VerifyError `proof_missing`,
   * `proof_invalid`, `wrong_certificate`.
   */
  check(token: string, claims: Claims, presented: Presented): Promise<void>
}

/** Proofs may be this old, or this far ahead (RFC 9449 §11.1), in seconds. */
const window = 60
/** Proofs that are remembered so that none is used twice. */
const mostProofs = 100_000

/** Remembers proofs in this process; in others a proof could be shown again within its minute (RFC 9449 §11.1). */
export function createProofCheck(now: () => number, room = mostProofs): ProofCheck {
  const used = new Map<string, { until: number; holder: string }>()
  const heldBy = new Map<string, number>()
  const guaranteed = Math.ceil(room / 1000)

  return {
    async check(token, { sub, cnf = {} }, presented) {
      const { jkt, 'x5t#S256': thumbprint } = cnf
      // A kind of binding that is not known here cannot be found to hold.
      if (Object.keys(cnf).some((name) => name !== 'jkt' && name !== 'x5t#S256'))
        throw new VerifyError('proof_missing')
      if (jkt === undefined && isDpop(presented)) throw new VerifyError('proof_invalid')
      if (thumbprint !== undefined) await checkCertificate(thumbprint, presented.certificate)
      if (jkt === undefined) return
      // RFC 9449 §7.1: a bound token that comes as `Bearer` is refused, whatever comes with it.
      if (!isDpop(presented) || !presented.dpop) throw new VerifyError('proof_missing')
      await checkDpop(token, { jkt, sub }, presented.dpop)
    },
  }

  async function checkDpop(
    token: string,
    { jkt, sub }: { jkt: string; sub: string },
    presented: NonNullable<Presented['dpop']>,
  ) {
    const proof = await readDpopProof(presented)
    if (!proof || Math.abs(now() / 1000 - proof.iat) > window) throw new VerifyError('proof_invalid')
    // RFC 9449 §4.3 (12): bound to this token, and the token to the key of the proof
    const isBound = proof.ath === base64urlOf(await sha256(token)) && jkt === proof.jkt
    // (11) once; last, so that nobody else's proof uses one up
    if (!isBound || !(await consume(`${jkt} ${proof.jti}`, sub, proof.iat)))
      throw new VerifyError('proof_invalid')
  }

  /**
   * Marks a proof as used; false if it was used before, or if there is no room for it. Refuses a subject that holds as
   * much as is left free, until its proofs lapse: one subject fills at most half of the room. Beyond the room each
   * subject is guaranteed a few proofs, whatever many others do together.
   */
  async function consume(proof: string, holder: string, iat: number): Promise<boolean> {
    // All ids have one length, however long `jti` is.
    const id = base64urlOf(await sha256(proof))
    forgetLapsed()
    const held = heldBy.get(holder) ?? 0
    const isFull = held < guaranteed ? used.size >= 2 * room : held >= room - used.size
    if (used.has(id) || isFull) return false
    used.set(id, { until: iat + 2 * window, holder })
    heldBy.set(holder, held + 1)
    return true
  }

  /** In the order in which they came: one from a clock that is ahead holds up those behind it for a minute. */
  function forgetLapsed(): void {
    const current = now() / 1000
    for (const [id, { until, holder }] of used) {
      if (until >= current) return
      used.delete(id)
      const rest = (heldBy.get(holder) ?? 1) - 1
      if (rest > 0) heldBy.set(holder, rest)
      else heldBy.delete(holder)
    }
  }
}

async function checkCertificate(thumbprint: string, certificate: Uint8Array | undefined): Promise<void> {
  const shown = certificate && base64urlOf(await sha256(certificate))
  if (shown !== thumbprint) throw new VerifyError('wrong_certificate')
}

/** The claims of a well-formed proof, signed by the key that it names. */
export interface DpopProof {
  /** The thumbprint of that key. */
  jkt: string
  jti: string
  /** Seconds since the epoch, by the clock of whoever made it. */
  iat: number
  nonce: unknown
  /** The hash of the access token that it goes with. */
  ath: unknown
}

/**
 * Reads a proof by the numbers of RFC 9449 §4.3. Null for a wrong proof. The caller checks that it is used once, in
 * time, with its nonce (10, 11) and for its token (12).
 */
export async function readDpopProof({
  proof,
  method,
  url,
}: NonNullable<Presented['dpop']>): Promise<DpopProof | null> {
  // (1) exactly one header field and (2) a single well-formed JWT: a list of two has a comma.
  const jws = parseJws(proof)
  if (!jws) return null
  const { typ, alg, jwk } = jws.header
  const { jti, htm, htu, iat, nonce, ath } = jws.payload
  const algorithm = publicKeyAlgorithms.find((each) => each === alg)
  const isWellFormed =
    Object.keys(jws.header).length === 3 &&
    typ === 'dpop+jwt' &&
    algorithm !== undefined &&
    isObject(jwk) &&
    // (7) no private key
    !('d' in jwk) &&
    typeof jti === 'string' &&
    jti.length >= 1 &&
    jti.length <= 256 &&
    htm === method &&
    typeof htu === 'string' &&
    isSameAddress(htu, url) &&
    typeof iat === 'number'
  if (!isWellFormed) return null
  const jkt = await thumbprintOf(jwk)
  return jkt !== null && (await isSignedBy(jws, jwk, algorithm)) ? { jkt, jti, iat, nonce, ath } : null
}

/** True if the holder of a public key has signed. */
export async function isSignedBy(
  { signingInput, signature }: Pick<Jws, 'signingInput' | 'signature'>,
  jwk: Record<string, unknown>,
  algorithm: (typeof publicKeyAlgorithms)[number],
): Promise<boolean> {
  try {
    return await verifySignature(algorithm, await importJwk(jwk, algorithm), signingInput, signature)
  } catch {
    return false
  }
}

/** RFC 7638 §3.2: the required members alone, in lexical order. Null for a kind of key that is not known. */
export async function thumbprintOf({
  kty,
  crv,
  x,
  y,
  n,
  e,
}: Record<string, unknown>): Promise<string | null> {
  // A map: as a member name of an object, `constructor` would find something.
  const required = new Map<unknown, object>([
    ['EC', { crv, kty, x, y }],
    ['OKP', { crv, kty, x }],
    ['RSA', { e, kty, n }],
  ]).get(kty)
  return required ? base64urlOf(await sha256(JSON.stringify(required))) : null
}

/** (9) without query and fragment, after the normalisation that every URL parser does (RFC 3986 §6.2.2). */
function isSameAddress(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return false
  const [a, b] = [new URL(one), new URL(other)]
  return a.origin === b.origin && a.pathname === b.pathname
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
