import type { Requirement } from '@latchkey/contract'
import type { ShownProof } from '../../sessions/bindings/dpop.ts'
import type { AccessClaims } from '../../sessions/tokens/access-token.ts'
import type { CookieSource } from '../../core/request/cookie.ts'
import type { Connection, IncomingRequest } from '../../core/request/incoming.ts'
import type { FormGuard } from '../form-guard.ts'
import type { Serve } from '../handler.ts'
import type { Handler } from './web.ts'

/** Proofs that a request carries beside its `Authorization` header, for bound tokens. */
export interface RequestProofs {
  /** Proof of the key that a token is bound to (RFC 9449). */
  dpop?: ShownProof
  /** The connection with the client certificate that a token is bound to (RFC 8705). */
  connection?: Connection
}

/** A request of the application's own; its origin is told to the user if the cookie is a copy. */
export type GuardedRequest = CookieSource & Connection & Partial<Pick<IncomingRequest, 'isGone'>>

/** The parts of an instance that an adapter needs. */
export interface Mountable {
  /** Answers a request to one of Latchkey's addresses; 404 elsewhere. Never rejects. */
  handler: Handler
  /** The same for an adapter that makes no `Request` and no `Response`. */
  serve: Serve
  /** True if an address is Latchkey's. */
  owns(path: string): boolean
  /**
   * Authenticates the caller: verifies the access token in an `Authorization` header and checks it against the
   * requirement. A token bound to a client certificate is accepted only on a `connection` with that certificate.
   * Throws AuthError `unauthenticated`, `invalid_token`, `token_expired`, `token_revoked`, `forbidden`,
   * `insufficient_user_authentication`. A token bound to a key is refused unless `proofs` prove the key; for a faulty
   * proof the codes are `invalid_dpop_proof` and `use_dpop_nonce`.
   */
  authenticate(
    authorization: string | null | undefined,
    requirement?: Requirement,
    proofs?: RequestProofs,
  ): Promise<AccessClaims>
  /**
   * Authenticates the caller by a session cookie and checks it against the requirement. Throws AuthError
   * `unauthenticated`, `session_expired`, `session_revoked`, `user_disabled`, `forbidden`,
   * `insufficient_user_authentication`. Does not check where a request comes from: {@link forms} does.
   */
  authenticateSession(request: GuardedRequest, requirement?: Requirement): Promise<AccessClaims>
  /** Cross-site request forgery at addresses of the application's own. */
  forms: FormGuard
  /** Turns an error of {@link authenticate} into the caller's answer; logged under the request id that it carries. */
  refusal(error: unknown): Response
  /** Answers a malformed request, whose target or `Host` is no address; logged, with the headers of every answer. */
  unreadable(error: unknown): Response
}
