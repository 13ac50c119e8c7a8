export * from './units.ts'
export * from './ids.ts'
export * from './errors.ts'
export * from './asks.ts'
export * from './route.ts'
export * as schemas from './schemas/index.ts'
export type {
  AccountExport,
  AdminUser,
  ApiKey,
  CodeRequested,
  AuditEvent,
  CertificateIssuer,
  CertificateMapping,
  CreatedApiKey,
  Device,
  EnrolledFactor,
  Passkey,
  PasskeyAssertion,
  PasskeyAttestation,
  Phone,
  LinkedAccount,
  Role,
  SecondFactorEnrolmentNeeded,
  SecondFactorNeeded,
  SecondFactors,
  ServiceAccount,
  Session,
  SignedIn,
  SignedInByCookie,
  StepUpMethod,
  TrustedDevice,
  User,
} from './schemas/index.ts'
export * as passwordRoutes from './routes/password.ts'
export * as signInRoutes from './routes/sign-in.ts'
export * as accountRoutes from './routes/accounts.ts'
export * as sessionRoutes from './routes/sessions.ts'
export * as adminRoutes from './routes/admin/index.ts'
export * as operationRoutes from './routes/operation.ts'
export * as apiKeyRoutes from './routes/api-keys.ts'
export * as deviceBoundSessionRoutes from './routes/device-bound-sessions.ts'
export type { DeviceBoundSession } from './routes/device-bound-sessions.ts'
export * as mutualTlsRoutes from './routes/mutual-tls.ts'
export * as factorRoutes from './routes/factors.ts'
export * as passkeyRoutes from './routes/passkeys.ts'
export * as codeRoutes from './routes/one-time-codes.ts'
export * as oauthRoutes from './routes/oauth.ts'
export type { ActiveToken } from './routes/oauth.ts'
export * as federationRoutes from './routes/federation.ts'
