import { z } from 'zod'
import { provenAgain, provenByFactor, signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'

const tag = 'Accounts'
const guessing = ['rate_limited', 'overloaded'] as const
/** The session's refresh token, for clients that hold it themselves; else it comes from the cookie. */
const refreshToken = z.string().min(1).max(8192).optional()

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
const enrolmentStep = {
  description: 'Created; sign-in completes once a second factor is enrolled.',
  body: schema.secondFactorEnrolmentNeeded,
}

const factorQuestion = z.object({ options: z.record(z.string(), z.unknown()).meta({ example: {} }) })

export const register = defineRoute({
  id: 'register',
  method: 'POST',
  path: '/register',
  access: 'public',
  hashes: true,
  tag,
  summary: 'Create an account',
  description:
    'Where e-mail verification is required the answer is 202 for every address, known or not, and the account exists once the mail is answered. The answer also sets the cookie `latchkey-registration` (on https with `__Host-`) with the ticket: it marks the browser in which the mailed link brings this password into force.',
  body: signInBody({
    email: schema.email,
    password: schema.password,
    name: schema.text(200).optional(),
  }),
  answers: {
    200: enrolmentStep,
    201: { description: 'Created and signed in.', body: schema.anySignedIn },
    202: {
      description: 'A mail was sent.',
      body: z.object({ next: z.literal('verify_email'), ticket: z.string() }),
    },
  },
  errors: ['email_taken', 'password_too_common', 'registration_closed', 'cross_site_request', ...guessing],
})

export const login = defineRoute({
  id: 'login',
  method: 'POST',
  path: '/login',
  access: 'public',
  hashes: true,
  tag,
  summary: 'Sign in with e-mail address and password',
  description:
    'Where the account has a second factor the answer holds `next` and no tokens; `POST /login/second-factor` goes on from there, and delivers the tokens as was asked here. Where it must have one and has none, `next` is `second_factor_enrolment`, and `POST /login/second-factor/enrol` goes on. The ticket is good in the browser that asked, by the cookie `latchkey-sign-in` (on https with `__Host-`) which comes with it; with `tokenDelivery: "body"` there is none, and whoever holds the ticket goes on.\n\n`sessionKind: "cookie"` starts a session without tokens, for sites that the server renders: it sets `latchkey-session` (on https with `__Host-`), and the answer holds `sessionKind` and no `accessToken`.\n\nA proof in the header `DPoP` (RFC 9449) binds the session and its tokens to the key of the proof: `tokenType` is `DPoP`. On https, where the refresh token goes into the cookie, browsers are offered to bind the session to their device (`Secure-Session-Registration`).',
  body: signInBody({
    email: schema.email,
    password: schema.password,
    remember: z.boolean().default(true),
  }),
  answers: {
    200: signInStep,
  },
  errors: ['invalid_credentials', 'cross_site_request', ...guessing],
})

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

export const getMe = defineRoute({
  id: 'getMe',
  method: 'GET',
  path: '/me',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Get your account',
  answers: { 200: { description: 'The account.', body: schema.user } },
  errors: [],
})

export const updateMe = defineRoute({
  id: 'updateMe',
  method: 'PATCH',
  path: '/me',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Change your profile',
  body: z
    .strictObject({
      name: schema.text(200).nullable().optional(),
      locale: schema.locale.nullable().optional(),
    })
    .refine((body) => Object.keys(body).length > 0, { message: 'name or locale is needed' }),
  answers: { 200: { description: 'The account as it is now.', body: schema.user } },
  errors: [],
})

export const deleteMe = defineRoute({
  id: 'deleteMe',
  method: 'DELETE',
  path: '/me',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Delete your account',
  answers: { 204: { description: 'The account and all its data are deleted.' } },
  errors: ['last_administrator'],
})

export const exportMe = defineRoute({
  id: 'exportMe',
  method: 'GET',
  path: '/me/export',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Export all data about you as a file',
  description:
    'Contains the account, devices, what each sign-in method stores, and the whole activity. Contains no secrets.',
  answers: { 200: { description: 'The file.', body: schema.accountExport } },
  errors: ['rate_limited'],
})

export const changePassword = defineRoute({
  id: 'changePassword',
  method: 'POST',
  path: '/change-password',
  access: 'bearer',
  hashes: true,
  asks: provenByFactor,
  tag,
  summary: 'Change your password; every other session ends',
  description:
    'This session gets a new refresh token or session cookie: in the cookie, or in the body of a 200 where `refreshToken` was sent in the body. Access tokens of before are refused. Without the refresh token or cookie this session ends like the others.',
  headers: schema.attemptHeader,
  body: z.strictObject({ currentPassword: schema.password, newPassword: schema.password, refreshToken }),
  answers: {
    200: { description: 'Changed; the new tokens of this session.', body: schema.signedIn },
    204: { description: 'Changed; the new refresh token or session is in the cookie, if one came.' },
  },
  errors: [
    'invalid_credentials',
    'no_session',
    'session_revoked',
    'refresh_token_outdated',
    'refresh_token_reused',
    'password_too_common',
    'cross_site_request',
    ...guessing,
  ],
})

export const forgotPassword = defineRoute({
  id: 'forgotPassword',
  method: 'POST',
  path: '/forgot-password',
  access: 'public',
  tag,
  summary: 'Send a link to set a new password',
  body: z.strictObject({ email: schema.email }),
  answers: { 202: { description: 'If the account exists, a mail was sent.' } },
  errors: ['cross_site_request', ...guessing],
})

export const resetPassword = defineRoute({
  id: 'resetPassword',
  method: 'POST',
  path: '/reset-password',
  access: 'public',
  hashes: true,
  tag,
  summary: 'Set a new password with the link from the mail; every session ends',
  body: z.strictObject({ token: schema.linkToken, newPassword: schema.password }),
  answers: { 204: { description: 'The password is set; sign in with it.' } },
  errors: ['challenge_invalid', 'password_too_common', 'cross_site_request', ...guessing],
})

export const verifyEmail = defineRoute({
  id: 'verifyEmail',
  method: 'POST',
  path: '/verify-email',
  access: 'public',
  tag,
  summary: 'Verify the e-mail address with the link or code from the mail',
  description:
    'A code needs the access token or the session cookie of its account, or the ticket that registration answered with. The ticket comes in the body or in the cookie that registration set.\n\nThe link of a registration makes the account. With the ticket of that very registration the password that was sent there counts. Without it anybody may have started the registration: the account is made with the proven address alone, and the answer is 200 with a token for `/reset-password` that sets its first password.',
  body: z.union([
    z.strictObject({ token: schema.linkToken, ticket: schema.linkToken.optional() }),
    z.strictObject({ code: schema.code, ticket: schema.linkToken.optional() }),
  ]),
  answers: {
    200: {
      description:
        'The address is proven and its account made; set its first password with the token, which lives one hour.',
      body: z.object({ next: z.literal('set_password'), token: z.string() }),
    },
    204: { description: 'The address is verified.' },
  },
  errors: [
    'challenge_invalid',
    'email_taken',
    'unauthenticated',
    'invalid_token',
    'token_expired',
    'token_revoked',
    'session_expired',
    'session_revoked',
    'user_disabled',
    'cross_site_request',
    ...guessing,
  ],
})

export const sendVerification = defineRoute({
  id: 'sendVerification',
  method: 'POST',
  path: '/verify-email/send',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Send the verification mail again',
  answers: { 202: { description: 'A mail was sent, unless the address is verified already.' } },
  errors: guessing,
})

export const changeEmail = defineRoute({
  id: 'changeEmail',
  method: 'POST',
  path: '/change-email',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Request a change of the e-mail address',
  body: z.strictObject({ email: schema.email }),
  answers: { 202: { description: 'A mail was sent to the new address.' } },
  errors: guessing,
})

export const confirmEmailChange = defineRoute({
  id: 'confirmEmailChange',
  method: 'POST',
  path: '/change-email/confirm',
  access: 'public',
  tag,
  summary: 'Confirm the new e-mail address',
  body: z.strictObject({ token: schema.linkToken }),
  answers: {
    204: { description: 'The new address is in force; a mail to the old one can undo the change.' },
  },
  errors: ['challenge_invalid', 'email_taken', 'cross_site_request', ...guessing],
})

export const undoEmailChange = defineRoute({
  id: 'undoEmailChange',
  method: 'POST',
  path: '/change-email/undo',
  access: 'public',
  tag,
  summary: 'Undo a change of the e-mail address; every session ends',
  body: z.strictObject({ token: schema.linkToken }),
  answers: {
    204: {
      description: 'The old address is in force again; a mail to set a new password was sent to it.',
    },
  },
  errors: ['challenge_invalid', 'email_taken', 'cross_site_request', ...guessing],
})

export const listActivity = defineRoute({
  id: 'listActivity',
  method: 'GET',
  path: '/activity',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'List the activity of your account, newest first',
  query: z.strictObject({ ...schema.pageQuery, cursor: schema.uuid.optional() }),
  answers: { 200: { description: 'A page of events.', body: schema.page(schema.auditEvent) } },
  errors: [],
})

export const setUp = defineRoute({
  id: 'setUp',
  method: 'POST',
  path: '/setup',
  access: 'public',
  hashes: true,
  tag,
  summary: 'Create the first administrator with the one-time link',
  description: '`password` is needed unless SIGN_IN_METHODS lacks `password`; then it is refused.',
  body: signInBody({
    token: schema.linkToken,
    email: schema.email,
    password: schema.password.optional(),
    name: schema.text(200).optional(),
  }),
  answers: {
    200: enrolmentStep,
    201: { description: 'The administrator is created and signed in.', body: schema.anySignedIn },
  },
  errors: [
    'challenge_invalid',
    'setup_complete',
    'email_taken',
    'password_too_common',
    'cross_site_request',
    ...guessing,
  ],
})
