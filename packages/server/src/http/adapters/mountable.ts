import type { Requirement } from '@latchkey/contract'
import type { ShownProof } from '../../sessions/bindings/dpop.ts'
import type { CookieSource } from '../../core/request/cookie.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import type { Connection } from '../../core/request/incoming.ts'
import type { FormGuard } from '../form-guard.ts'
import type { Serve } from '../handler.ts'
import type { Handler } from './web.ts'

/** What a request shows beside its `Authorization` header, for tokens that are bound. */
export interface RequestProofs {
  /** To a key (RFC 9449). */
  dpop?: ShownProof
  /** To a client certificate (RFC 8705). */
  connection?: Connection
}

/** What an adapter needs of an instance. */
export interface Mountable {
  /** Answers a request to one of Latchkey's addresses; 404 elsewhere. Never rejects. */
  handler: Handler
  /** The same for an adapter that makes no `Request` and no `Response`. */
  serve: Serve
  /** Whether an address is Latchkey's. */
  owns(path: string): boolean
  /**
   * Who is calling: verifies the access token in an `Authorization` header and holds it against what is asked.
   * A token that is bound to a client certificate is good on a `connection` with that certificate alone.
   * Throws AuthError `unauthenticated`, `invalid_token`, `token_expired`, `token_revoked`, `forbidden`,
   * `insufficient_user_authentication`. A token that is bound to a key is refused unless `proofs` prove the key, with
   * `invalid_dpop_proof` and `use_dpop_nonce` for what is wrong with the proof.
   */
  authenticate(
    authorization: string | null | undefined,
    requirement?: Requirement,
    proofs?: RequestProofs,
  ): Promise<AccessClaims>
  /**
   * Who is signed in by a session cookie, held against what is asked. Throws AuthError `unauthenticated`,
   * `session_expired`, `session_revoked`, `user_disabled`, `forbidden`, `insufficient_user_authentication`. Says nothing of
   * where a request comes from: that is for {@link forms}.
   */
  authenticateSession(request: CookieSource, requirement?: Requirement): Promise<AccessClaims>
  /** Cross-site request forgery at addresses of the application's own. */
  forms: FormGuard
  /** What {@link authenticate} threw, as the answer for the caller; logged under the request id that it carries. */
  refusal(error: unknown): Response
  /** The answer to what is no request, for its target or `Host` is no address; logged, with the headers of every answer. */
  unreadable(error: unknown): Response
}
