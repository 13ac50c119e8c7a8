import { z } from 'zod'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'

const tag = 'Sessions'

/** A structured string (RFC 9651 §3.3.3), or the same without its quotes, as the first browsers send it. */
const structured = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^(?:"[\x20\x21\x23-\x5b\x5d-\x7e]+"|[\w.-]+)(?:;.*)?$/, 'must be a structured string')
    .transform(valueOf)

/** Without its quotes and its parameters. */
const valueOf = (text: string): string =>
  text.startsWith('"') ? text.slice(1, text.indexOf('"', 1)) : text.split(';', 1)[0]!

/** The proof of a device: `dbsc+jwt`. */
const proof = structured(8192)

/** The session description for a browser that has bound the session to its device. */
const instructions = z
  .object({
    session_identifier: schema.uuid,
    /** The path where the browser proves possession of the key again. */
    refresh_url: z.string().meta({ example: '/api/auth/device-bound-session/refresh' }),
    scope: z.object({
      origin: z.string().meta({ example: 'https://auth.example.com' }),
      include_site: z.literal(false),
      scope_specification: z.array(z.never()),
    }),
    /** Without this cookie the browser holds requests back until it has a new one. */
    credentials: z.array(z.object({ type: z.literal('cookie'), name: z.string(), attributes: z.string() })),
    /** Further hosts whose pages may cause a refresh. */
    allowed_refresh_initiators: z.array(z.string()),
  })
  .meta({ id: 'DeviceBoundSession' })
export type DeviceBoundSession = z.infer<typeof instructions>

export const registerDevice = defineRoute({
  id: 'registerDevice',
  method: 'POST',
  path: '/device-bound-session/register',
  access: 'public',
  tag,
  summary: 'Bind a session to the key of a device (for browsers)',
  description:
    'Device Bound Session Credentials (W3C). A browser that knows `Secure-Session-Registration`, which comes with a sign-in on https, answers it here by itself, with a key that does not leave the device. From the first request on that brings the short cookie of the answer, the refresh token is worth nothing without it.',
  headers: z.object({ 'secure-session-response': proof.optional() }),
  answers: { 200: { description: 'Registered; the short-lived cookie is set.', body: instructions } },
  errors: ['challenge_invalid', 'cross_site_request'],
})

export const refreshDevice = defineRoute({
  id: 'refreshDevice',
  method: 'POST',
  path: '/device-bound-session/refresh',
  access: 'public',
  tag,
  summary: 'Renew the short-lived cookie of a device-bound session (for browsers)',
  description:
    'Without `Secure-Session-Response`, or with one whose challenge is not good any more, the answer is 403 with `Secure-Session-Challenge`: the browser signs that and comes again.',
  headers: z.object({
    'sec-secure-session-id': structured(64).optional(),
    'secure-session-response': proof.optional(),
  }),
  answers: { 200: { description: 'Verified; the short-lived cookie is renewed.', body: instructions } },
  errors: ['device_proof_needed', 'session_not_found', 'cross_site_request'],
})
