import { AuthError } from '../../core/auth-error.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import { apiKeyPrefix } from '../../sessions/tokens/api-key.ts'

/** An API key as a request carries it, unchecked. */
export interface PresentedKey {
  key: string
  /** The user name of HTTP Basic: the id of the key or of its service account. */
  as: string | null
}

/**
 * Returns the key from `X-API-Key`, or from `Authorization` as a bearer token or as the password of HTTP Basic (RFC
 * 6749 §2.3.1). Null without one; throws AuthError `invalid_input` for two.
 */
export function presentedKey({ header, bearer }: RequestContext): PresentedKey | null {
  const own = header('x-api-key')
  const inAuthorization = bearer?.startsWith(apiKeyPrefix)
    ? { key: bearer, as: null }
    : basicOf(header('authorization'))
  // RFC 6749 §2.3: not more than one way of authentication in a request.
  if (own !== null && inAuthorization) {
    throw new AuthError('invalid_input', {
      errors: [{ path: 'header.x-api-key', message: 'must not stand beside a key in Authorization' }],
    })
  }
  return own === null ? inAuthorization : { key: own, as: null }
}

function basicOf(authorization: string | null): PresentedKey | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return null
  const pair = Buffer.from(encoded, 'base64').toString()
  const colon = pair.indexOf(':')
  if (colon < 0) return null
  // Ids and keys are made of characters that no form encodes (RFC 6749 §2.3.1), so nothing is to be decoded.
  return { as: pair.slice(0, colon), key: pair.slice(colon + 1) }
}
