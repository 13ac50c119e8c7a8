import { z } from 'zod'
import { signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'

const tag = 'Accounts'
const guessing = ['rate_limited', 'overloaded'] as const
/** The session's refresh token, for clients that hold it themselves; else it comes from the cookie. */
export const refreshToken = z.string().min(1).max(8192).optional()

/** The kind of session that a sign-in asks for; the server's `requestedTransport` reads it. */
export interface RequestedSession {
  tokenDelivery: 'cookie' | 'body'
  sessionKind: 'token' | 'cookie'
}

/** True unless a session cookie is wanted in the body: it would be a secret that scripts can read. */
function isFulfillable(body: object): boolean {
  // Whatever else the shape holds, these two are always there.
  const { tokenDelivery, sessionKind } = body as RequestedSession
  return sessionKind === 'token' || tokenDelivery === 'cookie'
}

/** The body of everything that may end in a session. */
export const signInBody = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject({
      ...shape,
      tokenDelivery: z.enum(['cookie', 'body']).default('cookie'),
      /** `cookie`: one HttpOnly cookie and no tokens, for sites that the server renders. */
      sessionKind: z.enum(['token', 'cookie']).default('token'),
    })
    .refine(isFulfillable, {
      message: 'must be left out where sessionKind is cookie',
      path: ['tokenDelivery'],
    })

/** The answer to every first step of a sign-in. */
export const signInStep = {
  description: 'Signed in; or `next` asks for the second factor or its enrolment.',
  body: z.union([
    schema.signedIn,
    schema.signedInByCookie,
    schema.secondFactorNeeded,
    schema.secondFactorEnrolmentNeeded,
  ]),
}

/** The answer for a new account that needs a second factor before it can have a session. */
export const enrolmentStep = {
  description: 'Created; sign-in completes once a second factor is enrolled.',
  body: schema.secondFactorEnrolmentNeeded,
}

const factorQuestion = z.object({ options: z.record(z.string(), z.unknown()).meta({ example: {} }) })

export const beginSecondFactor = defineRoute({
  id: 'beginSecondFactor',
  method: 'POST',
  path: '/login/second-factor/begin',
  access: 'public',
  tag,
  summary: 'Get the challenge of a second factor',
  description:
    'For factors that answer something: a code that is sent, a challenge that is signed. It can be asked for again; the older one is void then, and the tries that were spent stay spent. Factors with codes of their own need none of this.',
  body: z.strictObject({ ticket: schema.linkToken, factor: schema.factorName }),
  answers: {
    200: {
      description: "The factor's challenge; empty if the user receives it another way.",
      body: factorQuestion,
    },
  },
  errors: ['challenge_invalid', 'second_factor_invalid', 'cross_site_request', ...guessing],
})

export const finishSecondFactor = defineRoute({
  id: 'finishSecondFactor',
  method: 'POST',
  path: '/login/second-factor',
  access: 'public',
  tag,
  summary: 'Finish signing in with a second factor',
  description:
    'After `second_factor_invalid` the ticket is good for another try, five in all. After `challenge_invalid` it is used up, too old or of another browser, and signing in starts anew. With `trustDevice`, where the first step allowed it, this browser is not asked for a second factor for some time; sessions that it then starts are `aal1`.',
  body: z.union(schema.factorProofs({ ticket: schema.linkToken, trustDevice: z.boolean().default(false) })),
  answers: { 200: { description: 'Signed in.', body: schema.anySignedIn } },
  errors: [
    'challenge_invalid',
    'second_factor_invalid',
    'invalid_credentials',
    'cross_site_request',
    ...guessing,
  ],
})

export const listStepUpMethods = defineRoute({
  id: 'listStepUpMethods',
  method: 'GET',
  path: '/step-up',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'List the ways to step up',
  description:
    '`password` goes to `POST /step-up` with the password; each other one with `factor` and its proof, after `POST /step-up/begin` where it `asks`.',
  answers: {
    200: {
      description: 'The methods; any one of them is enough.',
      body: z.object({ items: z.array(schema.stepUpMethod) }),
    },
  },
  errors: [],
})

export const stepUp = defineRoute({
  id: 'stepUp',
  method: 'POST',
  path: '/step-up',
  access: 'bearer',
  hashes: true,
  asks: signedIn,
  tag,
  summary: 'Step up: authenticate again within the same session',
  description:
    'Answers `insufficient_user_authentication` (RFC 9470). The session gets a new refresh token, or a new session cookie. A second factor raises it to `aal2`; the password keeps the level that it has. `ticket` is of `POST /step-up/begin`, for factors that ask.',
  headers: schema.attemptHeader,
  body: z.union([
    z.strictObject({ password: schema.password, refreshToken }),
    ...schema.factorProofs({ refreshToken, ticket: schema.linkToken.optional() }),
  ]),
  answers: { 200: { description: 'The authentication is recent again.', body: schema.anySignedIn } },
  errors: [
    'invalid_credentials',
    'second_factor_invalid',
    'challenge_invalid',
    'no_session',
    'session_revoked',
    'refresh_token_outdated',
    'refresh_token_reused',
    'cross_site_request',
    ...guessing,
  ],
})

export const beginStepUp = defineRoute({
  id: 'beginStepUp',
  method: 'POST',
  path: '/step-up/begin',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Start a step-up with a second factor',
  description: 'For factors that need a challenge, as at sign-in. Voids an earlier challenge.',
  body: z.strictObject({ factor: schema.factorName }),
  answers: {
    200: {
      description: "The factor's challenge.",
      body: factorQuestion.extend({ ticket: z.string() }),
    },
  },
  errors: ['second_factor_invalid', 'rate_limited', 'cross_site_request'],
})
