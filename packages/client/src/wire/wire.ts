// The server's answers, without its schemas; a test checks these against the contract.

export interface User {
  id: string
  email: string
  emailVerified: boolean
  name: string | null
  /** A language tag such as `en` or `pt-BR`. */
  locale: string | null
  roles: string[]
  /** ISO 8601, as every time on the wire. */
  createdAt: string
}

export interface WireSession {
  id: string
  /** Rises by one with every refresh; an answer with a lower one is older. */
  generation: number
  authenticatedAt: string
  expiresAt: string
  /** Methods by which the user authenticated (RFC 8176). */
  amr: string[]
  /** Assurance level 1 to 3 (NIST SP 800-63B). */
  aal: number
  /** The key that the refresh token is bound to, if any. */
  binding: 'dpop' | 'dbsc' | null
}

export interface SignedIn {
  user: User
  accessToken: string
  tokenType: 'Bearer' | 'DPoP'
  /** Seconds from now. */
  expiresIn: number
  session: WireSession
  refreshToken?: string | undefined
}

/** A way to step up. */
export interface StepUpMethod {
  name: string
  /** True if `begin` comes before the answer: a code is sent, or a challenge made. */
  asks: boolean
  /** True if it counts as a second factor, together with what this session was authenticated with. */
  isSecondFactor: boolean
}

/** Signed in by a cookie that no script sees. */
export interface SignedInByCookie {
  sessionKind: 'cookie'
  user: User
  session: WireSession
}

export type AnySignedIn = SignedIn | SignedInByCookie

/** The answer of `GET /session` for a person. */
export interface WhoAmI {
  kind: 'access_token' | 'session'
  user: User
  session: WireSession
  roles: string[]
  permissions: string[]
  scopes: string[]
  amr: string[]
  aal: number
  /** Seconds from now. */
  expiresIn: number
}

/** A second factor that a user has enrolled. */
export interface EnrolledFactor {
  name: string
  /** Stands in for the others. */
  isBackup: boolean
  since: string | null
  /** Number of uses left; null if unlimited. */
  left: number | null
}

/** A browser that is not asked for the second factor. */
export interface TrustedDevice {
  id: string
  label: string
  ip: string | null
  createdAt: string
  lastUsedAt: string
  expiresAt: string
}

export interface SecondFactors {
  /** True if the account must have one. */
  required: boolean
  factors: EnrolledFactor[]
  /** The factors that could be enrolled. */
  canEnrol: string[]
  trustedDevices: TrustedDevice[]
}

/** The seed of an authenticator app. */
export interface TotpOptions {
  /** In groups, for typing. */
  secret: string
  /** A link for an app on this very device. */
  uri: string
  /** A data URI of an SVG, for an `img`. */
  qr: string
}

/** The answer to a request for a link or a code, the same if nothing was sent. */
export interface CodeRequested {
  /** Belongs to the browser or app that asked; a link or code is valid only with it. */
  ticket: string
  /** Seconds. */
  expiresIn: number
  /** True if the message is delayed: the mail server or gateway refused the last one. */
  delayed: boolean
}

/** The verified number of an account. */
export interface Phone {
  number: string
  verifiedAt: string
  /** True if a code sent to it is required as a second factor. */
  secondFactor: boolean
}

/** A signed-in device. */
export interface Device {
  id: string
  current: boolean
  label: string
  userAgent: string | null
  ip: string | null
  createdAt: string
  lastUsedAt: string
  expiresAt: string
  amr: string[]
  /** The key that the refresh token is bound to, if any. */
  binding: 'dpop' | 'dbsc' | null
}

/** A key by which a program acts for the user, without its secret. */
export interface ApiKey {
  id: string
  name: string
  /** The last characters of the key, to recognise it by. */
  lastFour: string
  scopes: string[]
  inheritRoles: boolean
  requestsPerMinute: number | null
  createdAt: string
  expiresAt: string | null
  /** To the minute. */
  lastUsedAt: string | null
  /** The last time it was presented after it had ended; to the hour. */
  refusedAt: string | null
  /** The key that takes its place, once it is rotated. */
  successorId: string | null
  revokedAt: string | null
}

/** A passkey of the user. */
export interface Passkey {
  id: string
  name: string
  /** As the browser knows it. */
  credentialId: string
  /** The provider that keeps it, by its own word; null if unknown. */
  provider: string | null
  /** True if it could be copied to other devices of its owner. */
  backupEligible: boolean
  /** True if it has been copied. */
  backedUp: boolean
  createdAt: string
  lastUsedAt: string | null
  /** The time when its counter went back, which suggests a copy; null otherwise. */
  suspectedAt: string | null
}

/** The answer to creating or rotating a key, the only one that holds the key itself. */
export interface CreatedApiKey {
  apiKey: ApiKey
  key: string
}

/** A service that people can sign in with. */
export interface Provider {
  id: string
  label: string
}

/** An account at another service by which the user can sign in. */
export interface LinkedAccount {
  id: string
  /** The id of the service. */
  provider: string
  /** Its name for people. */
  label: string
  /** As last reported by that service; neither is verified here. */
  email: string | null
  name: string | null
  linkedAt: string
  lastUsedAt: string
}

/** Something that happened to an account. */
export interface ActivityEvent {
  id: string
  at: string
  kind: string
  userId: string | null
  actorId: string | null
  sessionId: string | null
  ip: string | null
  /** Such as "Firefox on Linux". */
  device: string | null
  userAgent: string | null
  detail: Record<string, unknown>
}

export interface FieldError {
  /** `body.email` */
  path: string
  message: string
}

/** RFC 9457. */
export interface Problem {
  code: string
  title: string
  status: number
  detail?: string
  requestId: string
  errors?: FieldError[]
}
