import { z } from 'zod'
import { timestamp, uuid } from './values.ts'

const base64url = (longest: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url')
    .max(longest)

/** WebAuthn Level 3 §4: at most 1023 bytes. */
const credentialId = base64url(1364).meta({ example: 'vS9T0mGkSLK6sYbyP4ENEw' })
const clientDataJson = base64url(8192).meta({ example: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0' })

/**
 * The value of `PublicKeyCredential.toJSON()` after `get`. Not strict: browsers add members, and those not named here
 * are ignored.
 */
export const passkeyAssertion = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: clientDataJson,
    authenticatorData: base64url(8192),
    signature: base64url(2048),
    userHandle: base64url(88).nullish(),
  }),
})
export type PasskeyAssertion = z.infer<typeof passkeyAssertion>

/** The same after `create`. */
export const passkeyAttestation = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: clientDataJson,
    attestationObject: base64url(32_768),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(10)
      .optional(),
  }),
})
export type PasskeyAttestation = z.infer<typeof passkeyAttestation>

export const passkey = z
  .object({
    id: uuid,
    name: z.string(),
    /** As the browser knows it. */
    credentialId,
    /** The passkey's provider, as it names itself; null if unknown. */
    provider: z.string().nullable().meta({ example: 'iCloud Keychain' }),
    /** True if it can be copied to other devices of its owner. */
    backupEligible: z.boolean(),
    /** True if it has been copied. */
    backedUp: z.boolean(),
    createdAt: timestamp,
    lastUsedAt: timestamp.nullable(),
    /** The time when its counter went back, which suggests a copy; null otherwise. */
    suspectedAt: timestamp.nullable(),
  })
  .meta({ id: 'Passkey' })
export type Passkey = z.infer<typeof passkey>
