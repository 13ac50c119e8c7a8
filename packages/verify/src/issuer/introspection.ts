import type { RevocationSource } from '../token/access-token-check.ts'
import {
  type AccessTokenClaims,
  type Claims,
  freeze,
  readAccessTokenClaims,
  readClaims,
} from '../token/claims.ts'
import { type FetchJson, IssuerError } from './fetch-json.ts'
import { isRevoked } from '../token/access-token-check.ts'
import type { Metadata } from './metadata.ts'
import { createTokenCache } from '../token/token-cache.ts'
import { VerifyError } from '../token/verify-error.ts'

/** The kind of a token, and its claims. */
export type Introspected =
  | { kind: 'access_token'; claims: Readonly<AccessTokenClaims> }
  | { kind: 'api_key' | 'session'; claims: Readonly<Claims> }

export interface IntrospectionOptions {
  issuer: string
  audiences: readonly string[]
  metadata: () => Promise<Metadata>
  fetchJson: FetchJson
  /** An API key of a service account with the scope `introspect`. */
  credential: string
  /** The revocations since an answer was given, if known. */
  revocations: RevocationSource | null
  /** Milliseconds that an answer is kept. */
  ttl: number
  now: () => number
}

/** Asks the issuer about a token (RFC 7662). Rejects with VerifyError `inactive`, `revoked`, `introspection_failed`. */
export type Introspect = (token: string) => Promise<Introspected>

interface Kept {
  answer: Introspected | null
  until: number
  /** That of the revocations before the question was asked. */
  version: number
}

const mostKept = 20_000
/** Longer than any credential of Latchkey's. */
const longest = 8192

export function createIntrospection(options: IntrospectionOptions): Introspect {
  const { issuer, audiences, metadata, fetchJson, credential, revocations, ttl, now } = options
  const cache = createTokenCache<Kept>(mostKept)
  const underWay = new Map<string, Promise<Kept>>()

  return async (token) => {
    if (token.length > longest) throw new VerifyError('malformed')
    const { answer } = (await recall(token)) ?? (await askOnce(token))
    if (!answer) throw new VerifyError('inactive')
    if (answer.claims.exp !== undefined && answer.claims.exp * 1000 <= now()) throw new VerifyError('expired')
    if (await isOver(answer)) throw new VerifyError('revoked')
    return answer
  }

  /**
   * True if the token is revoked for good. Revocations of earlier tokens are ignored: the issuer's answer is younger,
   * and has taken them into account.
   */
  async function isOver({ claims }: Introspected): Promise<boolean> {
    return revocations !== null && (await isRevoked(revocations, claims, { issuedAt: Infinity }))
  }

  /** Returns the kept answer, unless a newer revocation may concern the token. */
  async function recall(token: string): Promise<Kept | null> {
    const kept = cache.get(token)
    if (!kept || now() >= kept.until) return null
    const version = revocations?.version() ?? 0
    if (!revocations || !kept.answer || kept.version === version) return kept
    const isTouched = await isRevoked(revocations, kept.answer.claims, { issuedAt: 0 })
    // A token revoked for good need not be asked about again.
    if (isTouched && !(await isOver(kept.answer))) return null
    kept.version = version
    return kept
  }

  async function askOnce(token: string): Promise<Kept> {
    const pending = underWay.get(token)
    if (pending) return await pending
    const asking = ask(token)
    underWay.set(token, asking)
    try {
      const kept = await asking
      cache.set(token, kept)
      return kept
    } finally {
      underWay.delete(token)
    }
  }

  async function ask(token: string): Promise<Kept> {
    // Counted from before the question: a revocation that comes meanwhile is in force after it.
    const [until, version] = [now() + ttl, revocations?.version() ?? 0]
    try {
      const url = (await metadata()).introspectionEndpoint
      if (!url) throw new IssuerError('the issuer has no introspection endpoint')
      const { body } = await fetchJson(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${credential}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: new URLSearchParams({ token }).toString(),
      })
      return { answer: readAnswer(body, url), until, version }
    } catch (error) {
      throw new VerifyError('introspection_failed', { cause: error })
    }
  }

  /** RFC 7662 §2.2; null for a token that is not active, or not for us. */
  function readAnswer({ active, ...answer }: Record<string, unknown>, url: string): Introspected | null {
    if (active === false) return null
    const introspected = active === true ? readIntrospected(answer) : null
    if (!introspected) throw new IssuerError(`${url} answered something else than RFC 7662`)
    const { iss, aud } = introspected.claims
    return iss === issuer && isForUs(aud) ? introspected : null
  }

  /** Sessions and API keys are meant for no audience in particular. */
  function isForUs(aud: string | string[] | undefined): boolean {
    return aud === undefined || [aud].flat().some((each) => audiences.includes(each))
  }
}

function readIntrospected({ token_type: kind, ...members }: Record<string, unknown>): Introspected | null {
  if (kind === 'access_token') {
    const claims = readAccessTokenClaims(members)
    return claims && { kind, claims: freeze(claims) }
  }
  if (kind !== 'api_key' && kind !== 'session') return null
  const claims = readClaims(members)
  return claims && { kind, claims: freeze(claims) }
}
