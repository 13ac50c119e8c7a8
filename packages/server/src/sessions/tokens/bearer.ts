/**
 * The token of an `Authorization` header (RFC 6750 §2.1): null without a header, empty where it holds no bearer token.
 * The scheme's name is case-insensitive (RFC 9110 §11.1).
 */
export function bearerOf(authorization: string | null): string | null {
  if (authorization === null) return null
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? ''
}

/** The token in `Authorization: DPoP` (RFC 9449 §7.1); null without one. */
export const dpopTokenOf = (authorization: string | null): string | null =>
  /^dpop +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null
