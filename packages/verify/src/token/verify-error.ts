/** The reason why a token is refused. */
export type VerifyErrorCode = keyof typeof reasons

const reasons = {
  /** There is none. */
  missing: 'An access token is needed.',
  /** Not three segments of canonical base64url with a header and claims as RFC 9068 has them; or too long. */
  malformed: 'The token is not a well-formed access token.',
  /** The token names an algorithm that is not asked for, or not the one of its key. */
  unsupported_algorithm: 'The token is signed with an algorithm that is not accepted here.',
  /** Another kind of token: `typ` is not `at+jwt`. */
  wrong_type: 'The token is not an access token.',
  unknown_key: 'The token is signed with a key that the issuer does not publish.',
  bad_signature: 'The signature of the token is wrong.',
  wrong_issuer: 'The token comes from another issuer.',
  wrong_audience: 'The token is meant for another audience.',
  expired: 'The token has expired.',
  /** `nbf` lies ahead by more than the clock tolerance. */
  not_yet_valid: 'The token is not valid yet.',
  /** The session, its user, the client or the signing key was revoked, or the session has moved to a newer epoch. */
  revoked: 'The token has been revoked.',
  /** The issuer says at introspection that this is no valid token. */
  inactive: 'The token is not active.',
  /** A bound token without the proof of its key, or with the scheme `Bearer` (RFC 9449 §7.1). */
  proof_missing: 'The token is bound to a key, and the proof of that key is missing.',
  proof_invalid: 'The proof that the token’s key is held here is wrong.',
  /** The TLS client certificate is another one, or none (RFC 8705 §3). */
  wrong_certificate: 'The token is bound to another client certificate.',
  /** It cannot be known now if it was revoked, and the policy is to refuse then. */
  revocation_unknown: 'It cannot be found out whether the token has been revoked.',
  keys_unavailable: 'The issuer’s keys cannot be had.',
  introspection_failed: 'The issuer could not be asked about the token.',
} as const

/** A token that is not accepted. The message is for people and carries nothing of the token. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError'
  readonly code: VerifyErrorCode

  constructor(code: VerifyErrorCode, options?: ErrorOptions) {
    super(reasons[code], options)
    this.code = code
  }
}
