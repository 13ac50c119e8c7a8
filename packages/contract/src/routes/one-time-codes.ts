import { z } from 'zod'
import { provenAgain, signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'
import { signInBody, signInStep } from './sign-in.ts'

const tag = 'Links and codes'
const sending = ['rate_limited', 'cross_site_request'] as const
const answering = ['challenge_invalid', 'rate_limited', 'cross_site_request'] as const

/** The ticket from the answer to `send`; a browser sends it as a cookie. */
const ticket = schema.linkToken.optional()
const remember = z.boolean().default(true)
const askedAnswer = {
  description: 'The same for every address and number, sent or not.',
  body: schema.codeRequested,
}
const factorSwitch = z.object({ secondFactor: z.boolean() })

export const sendEmailCode = defineRoute({
  id: 'sendEmailCode',
  method: 'POST',
  path: '/email-code/send',
  access: 'public',
  tag,
  summary: 'Send a sign-in code by mail',
  description:
    'The code can be answered where it was asked for and nowhere else: by the ticket, which a browser gets in the cookie `latchkey-email-code` (on https with `__Host-`). A newer code for the same ticket makes the older one void; wrong answers are counted over all of them.',
  body: z.strictObject({ email: schema.email }),
  answers: { 202: askedAnswer },
  errors: sending,
})

export const verifyEmailCode = defineRoute({
  id: 'verifyEmailCode',
  method: 'POST',
  path: '/email-code/verify',
  access: 'public',
  tag,
  summary: 'Sign in with the code from the mail',
  body: signInBody({ code: schema.code, ticket, remember }),
  answers: { 200: signInStep },
  errors: answering,
})

export const getEmailFactor = defineRoute({
  id: 'getEmailFactor',
  method: 'GET',
  path: '/email-code',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Get whether the mail code is a second step',
  answers: { 200: { description: 'The setting.', body: factorSwitch } },
  errors: [],
})

export const setEmailFactor = defineRoute({
  id: 'setEmailFactor',
  method: 'PATCH',
  path: '/email-code',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Turn the mail code as second step on or off',
  body: z.strictObject({ secondFactor: z.boolean() }),
  answers: { 200: { description: 'The new state.', body: factorSwitch } },
  errors: ['email_unverified', 'cross_site_request'],
})

export const sendMagicLink = defineRoute({
  id: 'sendMagicLink',
  method: 'POST',
  path: '/magic-link/send',
  access: 'public',
  tag,
  summary: 'Send a sign-in link by mail',
  description:
    'The link signs in the browser that asked for it, by the ticket, which a browser gets in the cookie `latchkey-magic-link` (on https with `__Host-`).',
  body: z.strictObject({ email: schema.email }),
  answers: { 202: askedAnswer },
  errors: sending,
})

export const verifyMagicLink = defineRoute({
  id: 'verifyMagicLink',
  method: 'POST',
  path: '/magic-link/verify',
  access: 'public',
  tag,
  summary: 'Sign in with the link from the mail',
  description:
    'With the token of the link, or, where the link was opened on another device, with the code that it showed there (`POST /magic-link/code`). Either counts only together with the ticket: a token that comes without it is refused and not used up.',
  body: z.union([
    signInBody({ token: schema.linkToken, ticket, remember }),
    signInBody({ code: schema.code, ticket, remember }),
  ]),
  answers: { 200: signInStep },
  errors: answering,
})

export const revealMagicLinkCode = defineRoute({
  id: 'revealMagicLinkCode',
  method: 'POST',
  path: '/magic-link/code',
  access: 'public',
  tag,
  summary: 'Exchange a sign-in link opened on another device for a code',
  description:
    'The code is to be typed where the link was asked for. It signs nobody in here. A newer code makes the older one void; the tries that were spent stay spent. There only where `MAGIC_LINK_OTHER_DEVICE` is `compare`.',
  body: z.strictObject({ token: schema.linkToken }),
  answers: {
    200: {
      description: 'The code to type on the other device.',
      body: z.object({ code: schema.code, expiresIn: z.number().int() }),
    },
  },
  errors: answering,
})

export const sendSmsCode = defineRoute({
  id: 'sendSmsCode',
  method: 'POST',
  path: '/sms-code/send',
  access: 'public',
  tag,
  summary: 'Send a sign-in code by SMS',
  description:
    'Only numbers that an account has verified are written to. The ticket is in the cookie `latchkey-sms-code` (on https with `__Host-`) as well.',
  body: z.strictObject({ phone: schema.phoneNumber }),
  answers: { 202: askedAnswer },
  errors: sending,
})

export const verifySmsCode = defineRoute({
  id: 'verifySmsCode',
  method: 'POST',
  path: '/sms-code/verify',
  access: 'public',
  tag,
  summary: 'Sign in with the code from the SMS',
  body: signInBody({ code: schema.code, ticket, remember }),
  answers: { 200: signInStep },
  errors: answering,
})

export const getPhone = defineRoute({
  id: 'getPhone',
  method: 'GET',
  path: '/phone',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Get your phone number',
  answers: {
    200: { description: 'The number; null for none.', body: z.object({ phone: schema.phone.nullable() }) },
  },
  errors: [],
})

export const sendPhoneCode = defineRoute({
  id: 'sendPhoneCode',
  method: 'POST',
  path: '/phone/send',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Send a code to a new phone number',
  description: 'Voids an earlier code. The number counts once its code has been verified.',
  body: z.strictObject({ number: schema.phoneNumber }),
  answers: { 202: { description: 'A code was sent.', body: schema.codeRequested } },
  errors: ['phone_not_supported', ...sending],
})

export const verifyPhone = defineRoute({
  id: 'verifyPhone',
  method: 'POST',
  path: '/phone/verify',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Verify the phone number',
  description:
    'It takes the place of the number that stood there. Where another account had it, that account loses it: a number belongs to whoever can read what is sent to it.',
  body: z.strictObject({ ticket: schema.linkToken, code: schema.code }),
  answers: { 200: { description: 'The number as it is now.', body: schema.phone } },
  errors: answering,
})

export const setPhoneFactor = defineRoute({
  id: 'setPhoneFactor',
  method: 'PATCH',
  path: '/phone',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Turn the SMS code as second factor on or off',
  body: z.strictObject({ secondFactor: z.boolean() }),
  answers: { 200: { description: 'The number as it is now.', body: schema.phone } },
  errors: ['phone_not_found', 'cross_site_request'],
})

export const removePhone = defineRoute({
  id: 'removePhone',
  method: 'DELETE',
  path: '/phone',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Remove your phone number',
  answers: { 204: { description: 'The number is removed.' } },
  errors: ['phone_not_found', 'last_credential', 'cross_site_request'],
})
