import type { Requirement } from '@latchkey/contract'
import { type AccessTokenCheck, createAccessTokenCheck } from '../token/access-token-check.ts'
import type { Claims } from '../token/claims.ts'
import { createFeed, type Feed } from '../feed/feed.ts'
import type { FeedStatus } from '../feed/feed-transport.ts'
import { createFetchJson } from '../issuer/fetch-json.ts'
import { createIntrospection, type Introspected } from '../issuer/introspection.ts'
import { mayBeApiKey } from '../token/api-key.ts'
import { parseJws } from '../token/jws.ts'
import { createMetadata } from '../issuer/metadata.ts'
import { type Mode, readOptions, type VerifierOptions } from './options.ts'
import { createProofCheck, needsProof, type Presented } from '../token/proof.ts'
import { createRemoteKeys, type KeysStatus } from '../issuer/remote-keys.ts'
import { decideRequirement, requireRequirement, type Shortfall } from '../token/requirement.ts'
import { VerifyError } from '../token/verify-error.ts'

/** A token that is accepted. */
export type Accepted = Introspected & {
  /** False if revocation could not be checked: mode `local`, or a lost feed with the policy `accept`. */
  revocationChecked: boolean
}

export type Verdict = ({ ok: true } & Accepted) | { ok: false; error: VerifyError }

export interface Verifier {
  /** As the options have it. */
  issuer: string
  /**
   * Checks a token and returns its claims. Never rejects: `error.code` says what is wrong.
   * `presented` is needed for tokens that are bound to a key (DPoP) or a client certificate.
   */
  verify(token: string, presented?: Presented): Promise<Verdict>
  /** Checks verified claims against a requirement, by this verifier's clock; null if nothing is missing. */
  decide(claims: Claims, requirement: Requirement): Shortfall | null
  /** Fetches keys and revocations ahead of the first token. Rejects with IssuerError when the issuer cannot be used. */
  ready(): Promise<void>
  status(): VerifierStatus
  /** Lets go of the feed's connection: a process that is to end by itself needs this. */
  close(): void
}

export interface VerifierStatus {
  mode: Mode
  keys: KeysStatus
  /** Null in other modes than `local+feed`. */
  feed: FeedStatus | null
  /** Verified tokens that are kept. */
  cachedTokens: number
}

/**
 * Verifies Latchkey's access tokens (RFC 9068) locally, and refuses a revoked one within a second of the revocation.
 * API keys (`lkk_…`) and cookie sessions (`lks_…`) are introspected if there is a credential. Fetches nothing before
 * the first token or {@link Verifier.ready}. Throws TypeError for wrong options.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = readOptions(options)
  const { mode, onFeedLoss, credential, now } = settings
  const fetchJson = createFetchJson(settings.fetch)
  const metadata = createMetadata(settings.issuer, fetchJson)
  const keys = createRemoteKeys({
    ...settings,
    metadata,
    fetchJson,
    onRemoved: () => tokens.forget(),
  })
  const feed =
    mode === 'local+feed'
      ? createFeed({
          metadata,
          fetch: settings.fetch,
          fetchJson,
          credential,
          maxSilence: settings.maxFeedSilence,
          onKeyRevoked: () => void keys.renew().catch(() => {}),
          isFollowed: settings.feed === 'follow',
        })
      : null
  const tokens: AccessTokenCheck = createAccessTokenCheck({ ...settings, keys, revocations: feed })
  const introspect =
    credential === null
      ? null
      : createIntrospection({
          ...settings,
          credential,
          metadata,
          fetchJson,
          revocations: feed,
          ttl: settings.introspectionTtl,
        })
  const proofs = createProofCheck(now)

  return {
    issuer: settings.issuer,
    verify: (token, presented = {}) => recall(token, presented) ?? verify(token, presented),
    decide(claims, requirement) {
      requireRequirement(requirement)
      return decideRequirement(claims, requirement, now())
    },
    async ready() {
      await Promise.all([keys.renew(), feed?.catchUp()])
    },
    status: () => ({ mode, keys: keys.status(), feed: feed?.status() ?? null, cachedTokens: tokens.size() }),
    close: () => feed?.close(),
  }

  /** The quick path for most requests: a token that was good before and still is, bound to nothing. */
  function recall(token: string, presented: Presented): Promise<Verdict> | null {
    const isCurrent = mode !== 'introspect' && (feed === null || feed.isCurrent())
    const claims = isCurrent ? tokens.recall(token) : null
    if (!claims || needsProof(claims, presented)) return null
    return Promise.resolve({ ok: true, kind: 'access_token', claims, revocationChecked: feed !== null })
  }

  async function verify(token: string, presented: Presented): Promise<Verdict> {
    try {
      const accepted = await accept(token)
      if (needsProof(accepted.claims, presented)) await proofs.check(token, accepted.claims, presented)
      return { ok: true, ...accepted }
    } catch (error) {
      if (error instanceof VerifyError) return { ok: false, error }
      throw error
    }
  }

  async function accept(token: string): Promise<Accepted> {
    // Whatever a header parser made of it.
    if (typeof token !== 'string') throw new VerifyError('malformed')
    if (token === '') throw new VerifyError('missing')
    if (mode === 'introspect' || isOpaque(token)) return await ask(token)
    const claims = await tokens.verify(token)
    if (!feed) return { kind: 'access_token', claims, revocationChecked: false }
    if (feed.isCurrent()) return { kind: 'access_token', claims, revocationChecked: true }
    await feed.catchUp()
    return await acceptBy(feed, token)
  }

  /** Checks again: entries that arrived meanwhile may revoke this very token. */
  async function acceptBy(feed: Feed, token: string): Promise<Accepted> {
    const claims = await tokens.verify(token)
    if (feed.isLive()) return { kind: 'access_token', claims, revocationChecked: true }
    switch (onFeedLoss) {
      case 'accept':
        return { kind: 'access_token', claims, revocationChecked: false }
      case 'introspect':
        return await ask(token)
      case 'refuse':
        throw new VerifyError('revocation_unknown')
    }
  }

  async function ask(token: string): Promise<Accepted> {
    // Garbage is no reason to disturb the issuer.
    if (!introspect || !mayBeKnown(token)) throw new VerifyError('malformed')
    // Not waited for: it ends answers that are kept, before their time is over.
    if (feed && !feed.isCurrent()) void feed.catchUp()
    return { ...(await introspect(token)), revocationChecked: true }
  }
}

/** True if only the issuer can verify the token: session cookies, and keys whose checksum is right. */
const mayBeKnown = (token: string): boolean =>
  token.startsWith('lkk_') ? mayBeApiKey(token) : token.startsWith('lks_') || parseJws(token) !== null

/** API keys and session cookies have prefixes of their own; no JWT begins so. */
const isOpaque = (token: string): boolean => token.startsWith('lkk_') || token.startsWith('lks_')
