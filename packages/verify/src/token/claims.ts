/**
 * The key that a token is bound to (RFC 7800): a DPoP key (RFC 9449 §6.1) or a client certificate's (RFC 8705 §3.1).
 */
export interface Confirmation {
  /** base64url of the JWK's SHA-256 thumbprint (RFC 7638). */
  jkt?: string
  /** base64url of the SHA-256 of the certificate's DER. */
  'x5t#S256'?: string
}

/** The claims of a caller, whichever credential was brought; times in seconds since the epoch (RFC 7519 §2). */
export interface Claims {
  iss: string
  /** The user, or the service account. */
  sub: string
  aud?: string | string[]
  /** The OAuth client, `first-party`, or the API key. */
  client_id?: string
  exp?: number
  iat?: number
  nbf?: number
  jti?: string
  /** The session it belongs to; machines have none. */
  sid?: string
  /**
   * Rises with step-up, password change and role change of the session, for machines with each disabling of the service
   * account (none: 0); older ones are refused.
   */
  epoch?: number
  /** Space-separated (RFC 6749 §3.3). */
  scope?: string
  roles?: string[]
  permissions?: string[]
  /** When the user last proved who they are. */
  auth_time?: number
  /** How (RFC 8176). */
  amr?: string[]
  /** `aal1` to `aal3` (NIST SP 800-63B). */
  acr?: string
  cnf?: Confirmation
}

/** The claims of an access token (RFC 9068 §2.2). */
export type AccessTokenClaims = Claims & {
  aud: string | string[]
  client_id: string
  exp: number
  iat: number
  jti: string
}

type Check = (value: unknown) => boolean

const isString: Check = (value) => typeof value === 'string'
const isTime: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isStrings: Check = (value) => Array.isArray(value) && value.every(isString)
const isConfirmation: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isString)

const types = {
  iss: isString,
  sub: isString,
  aud: (value) => isString(value) || isStrings(value),
  client_id: isString,
  exp: isTime,
  iat: isTime,
  nbf: isTime,
  jti: isString,
  sid: isString,
  epoch: isTime,
  scope: isString,
  roles: isStrings,
  permissions: isStrings,
  auth_time: isTime,
  amr: isStrings,
  acr: isString,
  cnf: isConfirmation,
} satisfies Record<keyof Claims, Check>

const names = Object.keys(types) as (keyof Claims)[]
const inEveryToken = [
  'iss',
  'sub',
  'aud',
  'client_id',
  'exp',
  'iat',
  'jti',
] as const satisfies (keyof Claims)[]

/** A payload as claims, each of the right JSON type; null where one is not. */
export function readAccessTokenClaims(payload: Record<string, unknown>): AccessTokenClaims | null {
  const isComplete = inEveryToken.every((name) => payload[name] !== undefined)
  return isComplete && hasRightTypes(payload) ? (payload as unknown as AccessTokenClaims) : null
}

/** The same for what introspection answers (RFC 7662 §2.2). */
export function readClaims(payload: Record<string, unknown>): Claims | null {
  const isComplete = isString(payload.iss) && isString(payload.sub)
  return isComplete && hasRightTypes(payload) ? (payload as unknown as Claims) : null
}

const hasRightTypes = (payload: Record<string, unknown>): boolean =>
  names.every((name) => payload[name] === undefined || types[name](payload[name]))

/** Freezes claims deeply: all requests that bring the same token share them, so they must not change. */
export function freeze<Shared extends object>(value: Shared): Readonly<Shared> {
  for (const each of Object.values(value) as unknown[])
    if (typeof each === 'object' && each !== null) freeze(each)
  return Object.freeze(value)
}
