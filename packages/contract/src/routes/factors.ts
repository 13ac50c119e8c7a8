import { z } from 'zod'
import { provenAgain, signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'

const tag = 'Second factors'
const stronger = ['insufficient_user_authentication', 'rate_limited', 'cross_site_request'] as const

const options = z.record(z.string(), z.unknown()).meta({ example: {} })

export const listFactors = defineRoute({
  id: 'listFactors',
  method: 'GET',
  path: '/factors',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Your second factors, and the devices that are not asked for them',
  answers: { 200: { description: 'What there is.', body: schema.secondFactors } },
  errors: [],
})

export const endTrust = defineRoute({
  id: 'endTrust',
  method: 'DELETE',
  path: '/trusted-devices/{id}',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Have a trusted device asked for the second factor again',
  params: z.strictObject({ id: schema.uuid }),
  answers: { 204: { description: 'It is trusted no longer.' } },
  errors: ['trusted_device_not_found'],
})

export const beginEnrolment = defineRoute({
  id: 'beginEnrolment',
  method: 'POST',
  path: '/login/second-factor/enrol/begin',
  access: 'public',
  tag,
  summary: 'Begin to enrol the second factor without which there is no session',
  description:
    'After a first proof was answered with `next: "second_factor_enrolment"`. The options are those that the factor gives within a session: for `totp` see `POST /totp/options`. It can be asked for again; only the newest counts.',
  body: z.strictObject({ ticket: schema.linkToken, factor: schema.factorName }),
  answers: { 200: { description: 'What the factor needs.', body: z.object({ options }) } },
  errors: ['challenge_invalid', 'second_factor_invalid', 'rate_limited', 'cross_site_request'],
})

export const finishEnrolment = defineRoute({
  id: 'finishEnrolment',
  method: 'POST',
  path: '/login/second-factor/enrol',
  access: 'public',
  tag,
  summary: 'Prove the new second factor, and be signed in',
  description:
    'After `second_factor_invalid` the ticket is good for another try, five in all. After `challenge_invalid` signing in starts anew.',
  body: z.union(schema.factorProofs({ ticket: schema.linkToken })),
  answers: { 200: { description: 'Enrolled and signed in.', body: schema.enrolledAndSignedIn } },
  errors: [
    'challenge_invalid',
    'second_factor_invalid',
    'invalid_credentials',
    'rate_limited',
    'cross_site_request',
  ],
})

/** A seed, for eyes, for cameras and for fingers. */
export const totpOptions = z.object({
  /** Base32 in groups, for typing. */
  secret: z.string().meta({ example: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP' }),
  /** For the app on this very device. */
  uri: z.string().meta({ example: 'otpauth://totp/Latchkey:ada%40example.com?secret=…' }),
  /** The same as a picture: a data URI of an SVG. */
  qr: z.string().meta({ example: 'data:image/svg+xml;base64,…' }),
})
export type TotpOptions = z.infer<typeof totpOptions>

export const beginTotp = defineRoute({
  id: 'beginTotp',
  method: 'POST',
  path: '/totp/options',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Begin to enrol an authenticator app',
  description:
    'Answers a new seed. Nothing counts before a code of it is sent to `POST /totp/verify`; an app that was enrolled before counts until then. Where there is a second factor already, the session must have been raised by one (`aal2`).',
  answers: {
    200: { description: 'The seed, this once.', body: totpOptions.extend({ ticket: z.string() }) },
  },
  errors: stronger,
})

export const finishTotp = defineRoute({
  id: 'finishTotp',
  method: 'POST',
  path: '/totp/verify',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Prove the new authenticator app by its code',
  description:
    'With the first second factor of an account come its recovery codes. Where an app is replaced, other sessions end. The code that was sent here is good nowhere else.',
  body: z.strictObject({ ticket: schema.linkToken, code: schema.code }),
  answers: {
    200: {
      description: 'It counts from now on.',
      body: z.object({ recoveryCodes: schema.recoveryCodes.nullable() }),
    },
  },
  errors: ['challenge_invalid', 'second_factor_invalid', ...stronger],
})

export const removeTotp = defineRoute({
  id: 'removeTotp',
  method: 'DELETE',
  path: '/totp',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Remove the authenticator app; every other session ends',
  description:
    'Asks for a session that was raised by a second factor. With the last factor go its recovery codes.',
  answers: { 204: { description: 'Gone.' } },
  errors: ['factor_not_found', 'second_factor_required', ...stronger],
})

export const makeRecoveryCodes = defineRoute({
  id: 'makeRecoveryCodes',
  method: 'POST',
  path: '/recovery-codes',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'New recovery codes; the old ones end',
  description:
    'Asks for a session that was raised by a second factor. The answer is the only place where they stand.',
  answers: { 201: { description: 'The codes, this once.', body: z.object({ codes: schema.recoveryCodes }) } },
  errors: ['factor_not_found', ...stronger],
})
