export { call, elevate, enter } from './call.ts'
export {
  type AppTypes,
  appTypes,
  type AuthClient,
  type AuthClientOptions,
  createAuthClient,
  type InitialSession,
  type Requirement,
} from './client.ts'
export {
  AuthClientError,
  type BearerCode,
  type ClientErrorCode,
  type CommonCode,
  type Result,
  type SignOutCode,
  type StepUpCode,
  type StepUpChallenge,
} from './errors.ts'
export type { AuthEvents, SignOutReason } from './events.ts'
export type { TokenOptions } from './keeper.ts'
export type { Method, MethodContext } from './method.ts'
export { account, type AccountApi, type SetPassword } from './methods/account.ts'
export { apiKeys, type ApiKeysApi, type NewApiKey } from './methods/api-keys.ts'
export { type Departure, federation, type FederationApi } from './methods/federation.ts'
export { password, type PasswordApi } from './methods/password.ts'
export { type FactorAnswer, secondFactor, type SecondFactorApi } from './methods/second-factor.ts'
export type { Next } from './next.ts'
export type { Access, AuthState, Observable, Session } from './state.ts'
export { memoryStorage, type TokenStorage } from './vault.ts'
export type {
  ActivityEvent,
  ApiKey,
  CreatedApiKey,
  Device,
  FieldError,
  LinkedAccount,
  Provider,
  SignedIn,
  StepUpWay,
  User,
} from './wire.ts'
