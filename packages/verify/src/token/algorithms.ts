/** The JWS algorithms of access tokens (RFC 7518 §3.1, RFC 8037 §3.1). */
export type Algorithm = 'ES256' | 'EdDSA' | 'RS256' | 'PS256' | 'HS256'

/** Those whose verifier can hold no secret: what is accepted unless something else is asked for. */
export const publicKeyAlgorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const satisfies Algorithm[]

export const allAlgorithms: readonly Algorithm[] = [...publicKeyAlgorithms, 'HS256']

/** Smaller RSA keys can be factored (RFC 7518 §3.3, NIST SP 800-131A). */
export const leastRsaBits = 2048
/** Larger ones only cost time. */
export const mostRsaBits = 8192
