import { z } from 'zod'

// oxlint-disable-next-line no-control-regex -- refusing control characters is the point
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u

/** Neither control characters nor half a surrogate pair, which has no UTF-8. */
const isPlain = (value: string): boolean => value.isWellFormed() && !controlCharacters.test(value)

/** Something that people can see: not only spaces, marks without a letter, and what shows as nothing. */
const visible = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u
export const isVisible = (value: string): boolean => visible.test(value)

/** Text for people, every name among it: no control characters, no NUL, trimmed, visible, 1 to `longest` characters. */
export const text = (longest: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(longest, `must have at most ${longest} characters`)
    .refine(isPlain, { message: 'must not hold control characters' })
    .refine(isVisible, { message: 'must hold something that people can see' })

/** An e-mail address as typed; the server's grammar decides (one address, no comments, no quotes). */
export const email = text(320).meta({ example: 'ada@example.com', format: 'email' })

/** Checked for length by the password policy, after normalisation; here only against absurd sizes. */
export const password = z
  .string()
  .min(1, 'must not be empty')
  .max(4096, 'must have at most 4096 characters')
  .refine(isPlain, {
    message: 'must not hold control characters',
  })
  .meta({ example: 'correct horse battery', format: 'password' })

export const timestamp = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' })
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID in lower case')
  .meta({ example: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b' })
export const locale = z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'must be a language tag such as en or pt-BR')
export const roleName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must start with a letter and hold only a–z, 0–9, _ and -')
export const permissionName = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9_-]*(:[a-z0-9_*-]+)*)$/, 'must look like invoices:read')
  .max(128)

/** A single-use token from a mail's link. */
export const linkToken = z.string().min(1).max(256)
export const code = z
  .string()
  .regex(/^\d{6}$/, 'must be 6 digits')
  .meta({ example: '123456' })

/** ITU-T E.164, and nothing around it. */
export const phoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a number such as +4915123456789')
  .meta({ example: '+4915123456789' })

export const pageQuery = {
  cursor: z.string().min(1).max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}

export const user = z
  .object({
    id: uuid,
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string().nullable(),
    locale: z.string().nullable(),
    roles: z.array(z.string()),
    createdAt: timestamp,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof user>

/** The key without which its refresh token is worth nothing: the client's own (DPoP), or one in the device (DBSC). */
const binding = z.enum(['dpop', 'dbsc']).nullable().meta({ example: null })

export const session = z
  .object({
    id: uuid,
    /** Rises by one with every refresh; an answer with a lower one is older. */
    generation: z.number().int(),
    authenticatedAt: timestamp,
    expiresAt: timestamp,
    amr: z.array(z.string()),
    aal: z.number().int(),
    binding,
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof session>

export const device = z
  .object({
    id: uuid,
    current: z.boolean(),
    label: z.string(),
    userAgent: z.string().nullable(),
    ip: z.string().nullable(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    expiresAt: timestamp,
    amr: z.array(z.string()),
    binding,
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof device>

export const signedIn = z
  .object({
    user,
    accessToken: z.string(),
    /** `DPoP` where the request brought a proof: the token goes with further proofs of that key alone (RFC 9449). */
    tokenType: z.enum(['Bearer', 'DPoP']),
    /** Seconds from now. */
    expiresIn: z.number().int(),
    session,
    /** Only where `tokenDelivery` is `body`. */
    refreshToken: z.string().optional(),
  })
  .meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof signedIn>

/**
 * Signed in by a session cookie: there are no tokens. What {@link signedIn} never holds is `sessionKind`: that tells the
 * two apart.
 */
export const signedInByCookie = z
  .object({ sessionKind: z.literal('cookie'), user, session })
  .meta({ id: 'SignedInByCookie' })
export type SignedInByCookie = z.infer<typeof signedInByCookie>

/** A session in either of its kinds. */
export const anySignedIn = z.union([signedIn, signedInByCookie])

/** A second factor, as its method names it: `totp`. */
export const factorName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must start with a letter and hold only a–z, 0–9, _ and -')
  .meta({ example: 'totp' })

/** `password`, or the name of a factor. */
export const stepUpMethod = z
  .object({
    name: factorName,
    /** True if `begin` comes before the answer: a code is sent, or a challenge made. */
    asks: z.boolean(),
    /** True if it answers where a second factor is asked for: with what this session has proven, it makes two. */
    isSecondFactor: z.boolean(),
  })
  .meta({ id: 'StepUpMethod' })
export type StepUpMethod = z.infer<typeof stepUpMethod>

/** What a signed-in answer never holds is `next`: that tells the two apart. */
export const secondFactorNeeded = z
  .object({
    next: z.literal('second_factor'),
    /** Good for ten minutes and five tries; opens nothing by itself. */
    ticket: z.string(),
    /** Any one of them will do. */
    factors: z.array(factorName).meta({ example: ['totp'] }),
    /** Whether `trustDevice` may be sent with the proof. */
    canTrustDevice: z.boolean(),
  })
  .meta({ id: 'SecondFactorNeeded' })
export type SecondFactorNeeded = z.infer<typeof secondFactorNeeded>

/** There is to be a second factor, and the user has none yet: no session before one is enrolled. */
export const secondFactorEnrolmentNeeded = z
  .object({
    next: z.literal('second_factor_enrolment'),
    /** Good for ten minutes and five tries; opens nothing by itself. */
    ticket: z.string(),
    /** What can be enrolled; any one of them will do. */
    factors: z.array(factorName).meta({ example: ['totp'] }),
  })
  .meta({ id: 'SecondFactorEnrolmentNeeded' })
export type SecondFactorEnrolmentNeeded = z.infer<typeof secondFactorEnrolmentNeeded>

/** Shown this once; null where the user has some already. */
export const recoveryCodes = z.array(z.string()).meta({ example: ['7k3m9-x2qd4'] })

/** Enrolled, and signed in by it. */
export const enrolledAndSignedIn = z.union([
  signedIn.extend({ recoveryCodes: recoveryCodes.nullable() }),
  signedInByCookie.extend({ recoveryCodes: recoveryCodes.nullable() }),
])

/** A second factor that somebody has. */
export const enrolledFactor = z
  .object({
    name: factorName,
    /** Stands in for the others. */
    isBackup: z.boolean(),
    /** Null where that is not known. */
    since: timestamp.nullable(),
    /** How many times it can still be used; null where it does not wear out. */
    left: z.number().int().nullable(),
  })
  .meta({ id: 'EnrolledFactor' })
export type EnrolledFactor = z.infer<typeof enrolledFactor>

/** A browser that is not asked for the second factor. */
export const trustedDevice = z
  .object({
    id: uuid,
    label: z.string(),
    ip: z.string().nullable(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    expiresAt: timestamp,
  })
  .meta({ id: 'TrustedDevice' })
export type TrustedDevice = z.infer<typeof trustedDevice>

export const secondFactors = z
  .object({
    /** Whether the account must have one. */
    required: z.boolean(),
    factors: z.array(enrolledFactor),
    /** What could be enrolled. */
    canEnrol: z.array(factorName).meta({ example: ['totp'] }),
    trustedDevices: z.array(trustedDevice),
  })
  .meta({ id: 'SecondFactors' })
export type SecondFactors = z.infer<typeof secondFactors>

/** A code as people read it from a screen or a sheet of paper; how it must look is for its method to say. */
const factorCode = text(64).meta({ example: '123456' })
/** What an authenticator answers where that is not a code. */
const factorResponse = z.record(z.string().max(256), z.unknown()).meta({ example: {} })

/** The proof of a factor: a code or, where the factor has no codes, a structured response. */
export const factorProofs = <Shape extends z.ZodRawShape>(more: Shape) =>
  [
    z.strictObject({ ...more, factor: factorName, code: factorCode }),
    z.strictObject({ ...more, factor: factorName, response: factorResponse }),
  ] as const

const base64url = (longest: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url')
    .max(longest)

/** WebAuthn Level 3 §4: at most 1023 bytes. */
const credentialId = base64url(1364).meta({ example: 'vS9T0mGkSLK6sYbyP4ENEw' })
const clientDataJson = base64url(8192).meta({ example: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0' })

/**
 * What `PublicKeyCredential.toJSON()` gives after `get`. Not strict: browsers add to it, and what is not named here
 * counts for nothing.
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
    /** Who keeps it, by its own word; null where that is not known. */
    provider: z.string().nullable().meta({ example: 'iCloud Keychain' }),
    /** Whether it could be copied to other devices of its owner at all. */
    backupEligible: z.boolean(),
    /** Whether it is. */
    backedUp: z.boolean(),
    createdAt: timestamp,
    lastUsedAt: timestamp.nullable(),
    /** When its counter went back: somebody may have a copy. */
    suspectedAt: timestamp.nullable(),
  })
  .meta({ id: 'Passkey' })
export type Passkey = z.infer<typeof passkey>

/** What asking for a link or a code is answered with, whether or not anything was sent. */
export const codeRequested = z
  .object({
    /** Of the browser or app that asked: without it nothing is answered. */
    ticket: z.string(),
    /** Seconds. */
    expiresIn: z.number().int(),
    /** What is sent waits: mail server or gateway did not take the last one. Other ways to sign in are quicker. */
    delayed: z.boolean(),
  })
  .meta({ id: 'CodeRequested' })
export type CodeRequested = z.infer<typeof codeRequested>

/** The verified number of an account. */
export const phone = z
  .object({
    number: phoneNumber,
    verifiedAt: timestamp,
    /** Whether a code to it is asked for after another proof. */
    secondFactor: z.boolean(),
  })
  .meta({ id: 'Phone' })
export type Phone = z.infer<typeof phone>

export const auditEvent = z
  .object({
    id: uuid,
    at: timestamp,
    kind: z.string(),
    userId: uuid.nullable(),
    actorId: uuid.nullable(),
    sessionId: uuid.nullable(),
    ip: z.string().nullable(),
    /** Such as "Firefox on Linux". */
    device: z.string().nullable(),
    userAgent: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' })
export type AuditEvent = z.infer<typeof auditEvent>

export const adminUser = user
  .extend({ disabledAt: timestamp.nullable(), updatedAt: timestamp, hasPassword: z.boolean() })
  .meta({ id: 'AdminUser' })
export type AdminUser = z.infer<typeof adminUser>

export const role = z
  .object({
    name: z.string(),
    description: z.string(),
    permissions: z.array(z.string()),
    /** Whether whoever holds it must have a second factor. */
    requiresSecondFactor: z.boolean(),
    builtIn: z.boolean(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Role' })
export type Role = z.infer<typeof role>

/** RFC 6749 §3.3: printable ASCII without space, double quote and backslash. */
export const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'must be 1 to 128 printable characters without space, " and \\')
  .meta({ example: 'notes:read' })

const scopes = z
  .array(scope)
  .max(50)
  .refine((each) => new Set(each).size === each.length, { message: 'must not name a scope twice' })
  .meta({ example: ['notes:read'] })

/** Seconds; at most ten years. */
const expiresIn = z.number().int().min(60).max(315_360_000)

/** Of a new API key. */
export const newApiKey = {
  name: text(100),
  scopes: scopes.default([]),
  /** Seconds from now, 90 days unless given; null for a key without an end, where that is allowed. */
  expiresIn: expiresIn.nullable().optional(),
  /** Whether tokens for the key carry the roles and permissions of its owner as well. */
  inheritRoles: z.boolean().default(false),
  /** How often the key may be presented here in a minute; no limit unless given. */
  requestsPerMinute: z.number().int().min(1).max(100_000).nullable().default(null),
}

/** Seconds for which the old key goes on working beside the new one; at most a week. */
export const overlap = z.number().int().min(0).max(604_800).default(3600)

export const apiKey = z
  .object({
    id: uuid,
    name: z.string(),
    /** How to recognise it: the end of the key. */
    lastFour: z.string().meta({ example: 'x7Qk' }),
    scopes: z.array(z.string()).meta({ example: ['notes:read'] }),
    inheritRoles: z.boolean(),
    requestsPerMinute: z.number().int().nullable(),
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    /** To the minute. */
    lastUsedAt: timestamp.nullable(),
    /** When it was last presented after it had ended; to the hour. */
    refusedAt: timestamp.nullable(),
    /** The key that takes its place, once it is rotated. */
    successorId: uuid.nullable(),
    revokedAt: timestamp.nullable(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof apiKey>

/** The one answer that holds the key itself. */
export const createdApiKey = z
  .object({ apiKey, key: z.string().meta({ example: 'lkk_…' }) })
  .meta({ id: 'CreatedApiKey' })
export type CreatedApiKey = z.infer<typeof createdApiKey>

/** An account at another service by which the user can sign in. */
export const linkedAccount = z
  .object({
    id: uuid,
    /** The id of the service. */
    provider: z.string().meta({ example: 'google' }),
    /** Its name for people. */
    label: z.string().meta({ example: 'Google' }),
    /** As that service told them last; neither proves anything. */
    email: z.string().nullable(),
    name: z.string().nullable(),
    linkedAt: timestamp,
    lastUsedAt: timestamp,
  })
  .meta({ id: 'LinkedAccount' })
export type LinkedAccount = z.infer<typeof linkedAccount>

/** Everything that is kept about a user, without anything that signs in. */
export const accountExport = z
  .object({
    exportedAt: timestamp,
    user,
    sessions: z.array(device),
    apiKeys: z.array(apiKey),
    /** By the name of the method of signing in. */
    methods: z.record(z.string(), z.record(z.string(), z.unknown())),
    /** Newest first. */
    activity: z.array(auditEvent),
  })
  .meta({ id: 'AccountExport' })
export type AccountExport = z.infer<typeof accountExport>

export const serviceAccount = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    roles: z.array(z.string()),
    createdAt: timestamp,
    updatedAt: timestamp,
    disabledAt: timestamp.nullable(),
  })
  .meta({ id: 'ServiceAccount' })
export type ServiceAccount = z.infer<typeof serviceAccount>

/** By what certificates are known: exactly one of them, one URI or host name among their alternative names, or a subject. */
const certificateKind = z.enum(['thumbprint', 'uri', 'dns', 'subject'])

/** Of a new certificate mapping. */
export const newCertificateMapping = {
  name: text(100),
  kind: certificateKind,
  /** The SHA-256 in hexadecimal or base64url; a URI; a host name; a distinguished name (RFC 4514). */
  value: text(1024).meta({ example: 'spiffe://example.com/builder' }),
  /**
   * Which CA must have issued them, by the SHA-256 of its public key (SPKI) in hexadecimal or base64url: for names, where
   * several CAs are configured. The only one is taken where there is one.
   */
  issuer: text(100).optional(),
  scopes: scopes.default([]),
  /** Whether tokens carry the roles and permissions of the service account as well. */
  inheritRoles: z.boolean().default(false),
}

export const certificateMapping = z
  .object({
    id: uuid,
    name: z.string(),
    kind: certificateKind,
    /** In the form in which it is compared. */
    value: z.string().meta({ example: 'spiffe://example.com/builder' }),
    /** The CA that must have issued them; null for a thumbprint, and where none was said before that was asked for. */
    issuer: z.string().nullable(),
    scopes: z.array(z.string()).meta({ example: ['notes:read'] }),
    inheritRoles: z.boolean(),
    createdAt: timestamp,
    /** Those that came last, the last used first. */
    certificates: z.array(
      z.object({
        /** The `client_id` of its tokens. */
        id: uuid,
        thumbprint: z.string(),
        /** Hexadecimal. */
        serial: z.string(),
        subject: z.string(),
        expiresAt: timestamp,
        firstUsedAt: timestamp,
        /** To the minute. */
        lastUsedAt: timestamp,
        revokedAt: timestamp.nullable(),
      }),
    ),
  })
  .meta({ id: 'CertificateMapping' })
export type CertificateMapping = z.infer<typeof certificateMapping>

/** A configured CA. */
export const certificateIssuer = z
  .object({
    /** base64url of the SHA-256 of its public key (SPKI). */
    issuer: z.string(),
    subject: z.string(),
    expiresAt: timestamp,
  })
  .meta({ id: 'CertificateIssuer' })
export type CertificateIssuer = z.infer<typeof certificateIssuer>

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

/** Repeated on every try of the same refresh; stored by the client before it sends. */
export const attemptHeader = z.object({
  'refresh-attempt': z
    .string()
    .regex(/^[A-Za-z0-9_-]{21}[AQgw]$/, 'must be 16 random bytes in base64url (22 characters)')
    .optional(),
})
