/**
 * Every code that a Latchkey answer can carry, with its HTTP status and the sentence for the reader.
 * Codes are never renamed. The documentation (`docs/reference/errors.md`) is held against this table by a test.
 */
export const errorCatalogue = {
  // Input
  invalid_input: { status: 400, title: 'The request is not valid.' },
  malformed_json: { status: 400, title: 'The body is not well-formed JSON.' },
  unsupported_media_type: { status: 415, title: 'The body must be sent as application/json.' },
  body_too_large: { status: 413, title: 'The body is larger than 64 KiB.' },
  not_found: { status: 404, title: 'There is nothing here.' },
  method_not_allowed: { status: 405, title: 'This address does not answer that method.' },

  // Authentication of the caller
  invalid_credentials: { status: 401, title: 'The e-mail address or the password is wrong.' },
  second_factor_invalid: { status: 401, title: 'The second factor is wrong.' },
  passkey_invalid: { status: 401, title: 'The passkey was not accepted.' },
  passkey_unknown: { status: 401, title: 'No account knows this passkey.' },
  unauthenticated: { status: 401, title: 'An access token is needed.' },
  invalid_token: { status: 401, title: 'The access token is not valid.' },
  token_expired: { status: 401, title: 'The access token has expired.' },
  token_revoked: { status: 401, title: 'The access token has been revoked.' },
  insufficient_user_authentication: { status: 401, title: 'This needs a recent or stronger sign-in.' },
  invalid_dpop_proof: { status: 401, title: 'The DPoP proof is not valid.' },
  use_dpop_nonce: { status: 401, title: 'The DPoP proof needs the nonce of this answer.' },
  forbidden: { status: 403, title: 'You are not allowed to do this.' },
  session_required: { status: 403, title: 'This needs the access token of a sign-in.' },
  insufficient_scope: { status: 403, title: 'The API key lacks the scope that this needs.' },
  device_proof_needed: { status: 403, title: 'The device has to sign the challenge of this answer.' },
  cross_site_request: { status: 403, title: 'The request came from a site that is not allowed.' },

  // Machines
  api_key_needed: { status: 401, title: 'An API key is needed.' },
  api_key_invalid: { status: 401, title: 'The API key is not valid.' },
  api_key_expired: { status: 401, title: 'The API key has expired.' },
  api_key_revoked: { status: 401, title: 'The API key has been revoked.' },
  client_certificate_needed: { status: 401, title: 'A TLS client certificate is needed.' },
  client_certificate_invalid: { status: 401, title: 'The client certificate is not accepted.' },
  client_certificate_expired: { status: 401, title: 'The client certificate has expired.' },
  client_certificate_revoked: { status: 401, title: 'The client certificate has been revoked.' },
  service_account_disabled: { status: 401, title: 'The service account is disabled.' },

  // Refresh: a client signs out on these six and on nothing else
  no_session: { status: 401, title: 'There is no session.' },
  refresh_token_invalid: { status: 401, title: 'The refresh token is not valid.' },
  session_expired: { status: 401, title: 'The session has expired.' },
  session_revoked: { status: 401, title: 'The session has been ended.' },
  refresh_token_reused: {
    status: 401,
    title: 'The refresh token was used twice; the session has been ended.',
  },
  user_disabled: { status: 401, title: 'The account is disabled.' },
  refresh_token_outdated: { status: 409, title: 'The session has moved on: refresh, then try again.' },

  // Accounts
  email_taken: { status: 409, title: 'This e-mail address is already registered.' },
  password_too_common: { status: 400, title: 'This password is too common or too easy to guess.' },
  email_unverified: { status: 409, title: 'The e-mail address has not been confirmed yet.' },
  phone_not_found: { status: 404, title: 'There is no phone number on this account.' },
  phone_not_supported: { status: 400, title: 'No messages are sent to this phone number.' },
  challenge_invalid: { status: 400, title: 'The link or code is wrong, used or expired.' },
  registration_closed: { status: 403, title: 'Registration is closed.' },
  last_credential: { status: 409, title: 'The last way to sign in cannot be removed.' },
  factor_not_found: { status: 404, title: 'There is no such second factor.' },
  second_factor_required: {
    status: 409,
    title: 'The account must have a second factor: the last one cannot be removed.',
  },
  trusted_device_not_found: { status: 404, title: 'There is no such trusted device.' },
  setup_complete: { status: 409, title: 'The first administrator already exists.' },

  passkey_not_found: { status: 404, title: 'There is no such passkey.' },
  passkey_limit_reached: { status: 409, title: 'The limit of passkeys is reached.' },
  // Signing in with others
  provider_not_found: { status: 404, title: 'Signing in with this service is not set up here.' },
  provider_unavailable: { status: 503, title: 'The other service cannot be reached right now.' },
  federation_failed: { status: 400, title: 'The answer of the other service cannot be accepted.' },
  federation_denied: { status: 403, title: 'The other service did not confirm the sign-in.' },
  email_unproven: {
    status: 403,
    title: 'The other service has no verified e-mail address for you; create an account first.',
  },
  linked_elsewhere: {
    status: 409,
    title: 'This account at the other service is linked to another user.',
  },
  linked_account_limit_reached: {
    status: 409,
    title: 'The limit of linked accounts is reached.',
  },
  linked_account_not_found: { status: 404, title: 'There is no such linked account.' },
  provider_token_not_found: { status: 404, title: 'No token of this service is stored for this user.' },

  api_key_not_found: { status: 404, title: 'There is no such API key.' },
  api_key_rotated: { status: 409, title: 'The API key has been rotated already.' },
  api_key_limit_reached: { status: 409, title: 'The limit of API keys is reached.' },

  // Administration
  service_account_not_found: { status: 404, title: 'There is no such service account.' },
  service_account_taken: { status: 409, title: 'A service account of this name already exists.' },
  certificate_mapping_not_found: { status: 404, title: 'There is no such certificate mapping.' },
  certificate_mapping_taken: { status: 409, title: 'These certificates are mapped already.' },
  certificate_mapping_limit_reached: {
    status: 409,
    title: 'The limit of certificate mappings is reached.',
  },
  user_not_found: { status: 404, title: 'There is no such user.' },
  session_not_found: { status: 404, title: 'There is no such session.' },
  role_not_found: { status: 404, title: 'There is no such role.' },
  role_taken: { status: 409, title: 'A role of this name already exists.' },
  role_built_in: { status: 409, title: 'A built-in role cannot be changed or deleted.' },
  role_in_use: { status: 409, title: 'The role is still held by users or service accounts.' },
  last_administrator: {
    status: 409,
    title: 'The last administrator cannot be removed, disabled or demoted.',
  },

  // Load and faults
  rate_limited: { status: 429, title: 'Too many requests.' },
  overloaded: { status: 503, title: 'The server is busy; try again shortly.' },
  unavailable: { status: 503, title: 'The service is not available right now.' },
  internal_error: { status: 500, title: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCatalogue

/** The refusals on which a client signs out; on anything else it keeps the session and tries again. */
export const signOutCodes = [
  'no_session',
  'refresh_token_invalid',
  'session_expired',
  'session_revoked',
  'refresh_token_reused',
  'user_disabled',
] as const satisfies readonly ErrorCode[]

/** An error answer: `application/problem+json` (RFC 9457). */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail?: string
  requestId: string
  errors?: FieldError[]
}

/** One fault in the input; `path` is `body.email`, `query.limit` or `header.refresh-attempt`. */
export interface FieldError {
  path: string
  message: string
}
