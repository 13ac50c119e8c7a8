import { z } from 'zod'
import { signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'

const tag = 'Sessions'

export const refresh = defineRoute({
  id: 'refresh',
  method: 'POST',
  path: '/refresh',
  access: 'refresh',
  tag,
  summary: 'Get a new access token',
  description:
    'The refresh token comes from the cookie or the body. Repeat a try whose answer was lost with the same `Refresh-Attempt`.\n\nA session that is bound to a key takes a proof of it in the header `DPoP` (RFC 9449); without, its token is `refresh_token_invalid`. An access token that comes with a proof is bound to its key.',
  headers: schema.attemptHeader,
  body: z.strictObject({ refreshToken: z.string().min(1).max(8192) }),
  bodyOptional: true,
  answers: { 200: { description: 'The tokens.', body: schema.signedIn } },
  errors: [
    'no_session',
    'refresh_token_invalid',
    'session_expired',
    'session_revoked',
    'refresh_token_reused',
    'user_disabled',
    'cross_site_request',
    'rate_limited',
  ],
})

export const logout = defineRoute({
  id: 'logout',
  method: 'POST',
  path: '/logout',
  access: 'refresh',
  tag,
  summary: 'End this session, the others or all of them',
  description:
    'Works with the refresh token (cookie or body), the session cookie, and an access token. Logging out twice is fine. An access token that has expired, and a cookie whose key is not proven, end their own session and no other: `others` and `all` are refused. An access token that is bound to a key comes with its proof.',
  body: z.strictObject({
    scope: z.enum(['this', 'others', 'all']).default('this'),
    refreshToken: z.string().min(1).max(8192).optional(),
  }),
  bodyOptional: true,
  answers: { 204: { description: 'Ended.' } },
  errors: ['unauthenticated', 'invalid_token', 'token_expired', 'token_revoked', 'cross_site_request'],
})

export const listSessions = defineRoute({
  id: 'listSessions',
  method: 'GET',
  path: '/sessions',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'List your signed-in devices',
  query: z.strictObject(schema.pageQuery),
  answers: {
    200: {
      description: 'One entry per signed-in device, sorted newest sign-in first.',
      body: schema.page(schema.device),
    },
  },
  errors: [],
})

export const endSession = defineRoute({
  id: 'endSession',
  method: 'DELETE',
  path: '/sessions/{id}',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Sign out one device',
  params: z.strictObject({ id: schema.uuid }),
  answers: { 204: { description: 'Ended.' } },
  errors: ['session_not_found'],
})

const bySession = z.object({
  kind: z.enum(['access_token', 'session']),
  user: schema.user,
  session: schema.session,
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  scopes: z.array(z.string()),
  amr: z.array(z.string()),
  aal: z.number().int(),
  /** Seconds until the access token expires; for a cookie session, until it expires if unused. */
  expiresIn: z.number().int(),
})

const byApiKey = z.object({
  kind: z.literal('api_key'),
  apiKey: z.object({ id: schema.uuid, name: z.string(), expiresAt: schema.timestamp.nullable() }),
  /** Null if the key belongs to a service account. */
  user: schema.user.nullable(),
  /** Null if the key belongs to a user. */
  serviceAccount: z.object({ id: schema.uuid, name: z.string() }).nullable(),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  scopes: z.array(z.string()),
})

export const getSession = defineRoute({
  id: 'getSession',
  method: 'GET',
  path: '/session',
  access: 'bearer',
  asks: { callers: { session: true, apiKey: true, serviceAccountKey: true }, fresh: false, strong: false },
  tag,
  summary: 'Get the current user and session',
  answers: {
    200: {
      description: 'The caller behind the access token, session cookie or API key.',
      body: z.discriminatedUnion('kind', [bySession, byApiKey]),
    },
  },
  errors: [],
})

/** 16 bytes in base64url. */
const feedMark = z.string().regex(/^[\w-]{21}[AQgw]$/)
const logId = z.string().regex(/^[\w-]{1,64}$/)
/** 16 bytes in base64url. */
const revocationHash = z.string().regex(/^[\w-]{21}[AQgw]$/)

export const revocationEntry = z
  .object({
    /** Position in the log. */
    seq: z.number().int(),
    /** `user_sessions` and `role` revoke tokens issued up to `at`; the other kinds revoke all tokens. */
    kind: z.enum(['session', 'epoch', 'user', 'key', 'client', 'user_sessions', 'role']),
    /** base64url of a truncated SHA-256; see the guide on revocation. */
    hash: revocationHash,
    at: schema.timestamp,
    /** All tokens that it concerns have expired by then. */
    until: schema.timestamp,
  })
  .meta({ id: 'RevocationEntry' })

export const followRevocations = defineRoute({
  id: 'followRevocations',
  method: 'GET',
  path: '/revocations',
  access: 'operation',
  tag,
  summary: 'Follow the revocation log',
  description:
    'Long poll: answers at once when there is something after `since`, else waits up to `wait` seconds. With `Accept: text/event-stream` a stream whose event ids are cursors. Entries are truncated hashes and name nobody.',
  query: z.strictObject({
    since: z.coerce.number().int().min(0).optional(),
    wait: z.coerce.number().int().min(0).max(60).default(25),
    /** The `log` of the answer that `since` is from. */
    log: logId.optional(),
    /** The `hash` of the entry at `since`, if known. */
    entry: revocationHash.optional(),
    /** The `mark` of the answer that `since` is from. */
    mark: feedMark.optional(),
  }),
  answers: {
    200: {
      description:
        'What follows on `since`. `complete` says that there is nothing more, as of `at` by the server’s clock. `reset` says that `since` is of another log, for a standby has taken over or a backup was restored: this answer is the beginning of this one, and what you hold stays in force until its time.',
      body: z.object({
        /** The name of the log; positions in another log are unrelated. */
        log: logId,
        since: z.number().int(),
        entries: z.array(revocationEntry),
        cursor: z.number().int(),
        /**
         * Proves that the log went as far as `cursor`. Send it along: it reveals a database that lost its last moments
         * in a failover, even if every server was restarted as well.
         */
        mark: feedMark,
        reset: z.boolean(),
        complete: z.boolean(),
        at: schema.timestamp,
      }),
    },
  },
  errors: ['rate_limited'],
})
