import { duration } from '../duration.ts'
import { oneOf, optional, secretRing, text, wholeNumber } from '../schemas.ts'
import { setting } from './setting.ts'

/** Settings for secrets, tokens and sessions. A derived default stands below its source. */
export const sessionsSettings = {
  secret: setting({
    group: 'Secrets and tokens',
    env: 'LATCHKEY_SECRET',
    schema: optional(secretRing),
    fallback: null,
    example: 'openssl rand -base64 32',
    description:
      'The ring of secrets from which all keys are derived, newest first, separated by commas. To rotate, put a new one in front. None: made on the first start and kept in the data folder, except in production, where it must be given.',
    secret: 'whole',
  }),
  audience: setting({
    group: 'Secrets and tokens',
    env: 'AUDIENCE',
    schema: text(255),
    fallback: { text: '<PUBLIC_URL>', of: ['publicUrl'], from: ({ publicUrl }) => publicUrl },
    example: 'https://api.example.com',
    description: 'The `aud` of access tokens: the API they are meant for.',
  }),
  accessTokenAlgorithm: setting({
    group: 'Secrets and tokens',
    env: 'ACCESS_TOKEN_ALGORITHM',
    schema: oneOf('ES256', 'EdDSA', 'RS256', 'PS256', 'HS256'),
    fallback: 'ES256',
    example: 'EdDSA',
    description:
      'How access tokens are signed. HS256 has no public key: only for one service that holds the secret itself.',
  }),
  accessTokenTtl: setting({
    group: 'Secrets and tokens',
    env: 'ACCESS_TOKEN_TTL',
    schema: duration({ from: '1s', to: '24h' }),
    fallback: '15m',
    example: '5m',
    description: 'How long an access token is valid.',
  }),
  keyRotation: setting({
    group: 'Secrets and tokens',
    env: 'KEY_ROTATION',
    schema: duration({ from: '1h', to: '400d', orZero: true }),
    fallback: '30d',
    example: '7d',
    description: 'How often a new signing key takes over; 0s leaves it to `latchkey keys rotate`.',
  }),

  apiKeyMaxTtl: setting({
    group: 'Secrets and tokens',
    env: 'API_KEY_MAX_TTL',
    schema: duration({ from: '1h', to: '3650d', orZero: true }),
    fallback: '0s',
    example: '365d',
    description:
      'How long an API key may live at most; 0s allows any time, and keys without an end. Keys that say nothing live for 90 days.',
  }),

  refreshIdleTtl: setting({
    group: 'Sessions',
    env: 'REFRESH_IDLE_TTL',
    // 400 days is as long as browsers keep a cookie (RFC 6265bis §5.5), and every refresh sets a new one.
    schema: duration({ from: '1s', to: '400d' }),
    fallback: '7d',
    example: '14d',
    description: 'How long a session may stay unused before it ends.',
  }),
  refreshAbsoluteTtl: setting({
    group: 'Sessions',
    env: 'REFRESH_ABSOLUTE_TTL',
    schema: duration({ from: '1s', to: '3650d' }),
    fallback: '30d',
    example: '90d',
    description: 'How long a session may live at most, however often it is used.',
  }),
  refreshLeeway: setting({
    group: 'Sessions',
    env: 'REFRESH_LEEWAY',
    schema: duration({ from: '1s', to: '5m', orZero: true }),
    fallback: '30s',
    example: '0s',
    description:
      'How long a refresh token may be presented again after its use, for tabs and lost answers; 0s is strict rotation.',
  }),
  cookieSessionIdleTtl: setting({
    group: 'Sessions',
    env: 'COOKIE_SESSION_IDLE_TTL',
    // Its use is written once a minute: a shorter session would end while in use.
    schema: duration({ from: '5m', to: '400d' }),
    fallback: '7d',
    example: '12h',
    description: 'How long a cookie session may stay unused before it ends; exact to a minute.',
  }),
  cookieSessionAbsoluteTtl: setting({
    group: 'Sessions',
    env: 'COOKIE_SESSION_ABSOLUTE_TTL',
    // The cookie is set once, and browsers keep cookies for at most 400 days (RFC 6265bis §5.5).
    schema: duration({ from: '5m', to: '400d' }),
    fallback: '30d',
    example: '90d',
    description: 'How long a cookie session may live at most, however often it is used.',
  }),
  sessionsPerUser: setting({
    group: 'Sessions',
    env: 'SESSIONS_PER_USER',
    schema: wholeNumber(1, 10_000),
    fallback: '100',
    example: '20',
    description:
      'How many sessions one user may have. Where a sign-in would make it more, the session that was not used for longest ends.',
  }),
  cookieSameSite: setting({
    group: 'Sessions',
    env: 'COOKIE_SAME_SITE',
    schema: oneOf('lax', 'strict'),
    fallback: 'lax',
    example: 'strict',
    description: 'The `SameSite` attribute of cookies.',
  }),
  deviceBoundSessions: setting({
    group: 'Sessions',
    env: 'DEVICE_BOUND_SESSIONS',
    schema: oneOf('off', 'tokens', 'all'),
    fallback: 'tokens',
    example: 'all',
    description:
      'Which sessions browsers may bind to their device (DBSC), on https: those whose refresh token is in a cookie, or those of one session cookie as well. A bound session cookie cannot be introspected: with `all`, only this server and what it is mounted in take it.',
  }),
} as const
