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
  summary: 'List your second factors and trusted devices',
  answers: { 200: { description: 'The mappings.', body: schema.secondFactors } },
  errors: [],
})

export const endTrust = defineRoute({
  id: 'endTrust',
  method: 'DELETE',
  path: '/trusted-devices/{id}',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Remove a trusted device',
  params: z.strictObject({ id: schema.uuid }),
  answers: { 204: { description: 'No longer trusted.' } },
  errors: ['trusted_device_not_found'],
})

export const beginEnrolment = defineRoute({
  id: 'beginEnrolment',
  method: 'POST',
  path: '/login/second-factor/enrol/begin',
  access: 'public',
  tag,
  summary: 'Start the enrolment that the sign-in requires',
  description:
    'After a first proof was answered with `next: "second_factor_enrolment"`. The options are those that the factor gives within a session: for `totp` see `POST /totp/options`. It can be asked for again; only the newest counts.',
  body: z.strictObject({ ticket: schema.linkToken, factor: schema.factorName }),
  answers: { 200: { description: "The factor's enrolment data.", body: z.object({ options }) } },
  errors: ['challenge_invalid', 'second_factor_invalid', 'rate_limited', 'cross_site_request'],
})

export const finishEnrolment = defineRoute({
  id: 'finishEnrolment',
  method: 'POST',
  path: '/login/second-factor/enrol',
  access: 'public',
  tag,
  summary: 'Finish the enrolment and sign in',
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

/** A TOTP seed, to be read, scanned or typed. */
export const totpOptions = z.object({
  /** Base32 in groups, for typing. */
  secret: z.string().meta({ example: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP' }),
  /** Opens the authenticator app on the same device. */
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
  summary: 'Start enrolling an authenticator app',
  description:
    'Answers a new seed. Nothing counts before a code of it is sent to `POST /totp/verify`; an app that was enrolled before counts until then. Where there is a second factor already, the session must have been raised by one (`aal2`).',
  answers: {
    200: { description: 'The seed, shown only once.', body: totpOptions.extend({ ticket: z.string() }) },
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
  summary: 'Verify the new authenticator app',
  description:
    'With the first second factor of an account come its recovery codes. Where an app is replaced, other sessions end. The code that was sent here is good nowhere else.',
  body: z.strictObject({ ticket: schema.linkToken, code: schema.code }),
  answers: {
    200: {
      description: 'In force.',
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
  answers: { 204: { description: 'Deleted.' } },
  errors: ['factor_not_found', 'second_factor_required', ...stronger],
})

export const makeRecoveryCodes = defineRoute({
  id: 'makeRecoveryCodes',
  method: 'POST',
  path: '/recovery-codes',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Create new recovery codes; the old ones stop working',
  description:
    'Asks for a session that was raised by a second factor. The answer is the only place where they stand.',
  answers: {
    201: { description: 'The codes, shown only once.', body: z.object({ codes: schema.recoveryCodes }) },
  },
  errors: ['factor_not_found', ...stronger],
})
