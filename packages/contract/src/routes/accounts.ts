import { z } from 'zod'
import { provenAgain, signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'
import { enrolmentStep, signInBody } from './sign-in.ts'

const tag = 'Accounts'
const guessing = ['rate_limited', 'overloaded'] as const

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
