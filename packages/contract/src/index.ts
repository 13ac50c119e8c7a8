export * from './units.ts'
export * from './ids.ts'
export * from './errors.ts'
export * from './route.ts'
export * as schemas from './schemas.ts'
export type {
  AccountExport,
  AdminUser,
  ApiKey,
  AuditEvent,
  CreatedApiKey,
  Device,
  LinkedAccount,
  Role,
  SecondFactorNeeded,
  ServiceAccount,
  Session,
  SignedIn,
  SignedInByCookie,
  StepUpWay,
  User,
} from './schemas.ts'
export * as accountRoutes from './routes/accounts.ts'
export * as sessionRoutes from './routes/sessions.ts'
export * as adminRoutes from './routes/admin.ts'
export * as operationRoutes from './routes/operation.ts'
export * as apiKeyRoutes from './routes/api-keys.ts'
export * as oauthRoutes from './routes/oauth.ts'
export type { ActiveToken } from './routes/oauth.ts'
export * as federationRoutes from './routes/federation.ts'
