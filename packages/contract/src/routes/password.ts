import { z } from 'zod'
import { provenByFactor } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'
import { enrolmentStep, refreshToken, signInBody, signInStep } from './sign-in.ts'

const tag = 'Accounts'
const guessing = ['rate_limited', 'overloaded'] as const

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
