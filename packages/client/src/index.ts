export type { Bind } from './transport/bind.ts'
export { call, elevate, enter } from './methods/call.ts'
export {
  type AppTypes,
  appTypes,
  type AuthClient,
  type AuthClientOptions,
  createAuthClient,
  type InitialSession,
  type Requirement,
} from './client/client.ts'
export {
  AuthClientError,
  type BearerCode,
  type ClientErrorCode,
  type CommonCode,
  type Result,
  type SignOutCode,
  type StepUpCode,
  type StepUpChallenge,
} from './wire/errors.ts'
export type { AuthEvents, SignOutReason } from './transport/events.ts'
export type { Method, MethodContext } from './methods/method.ts'
export { account, type AccountApi, type Page, type PageRequest, type SetPassword } from './methods/account.ts'
export { apiKeys, type ApiKeysApi, type NewApiKey } from './methods/api-keys.ts'
export { passkey, type PasskeyApi, type PasskeyFault, type Passkeys } from './methods/passkey.ts'
export { type CodeAnswer, emailCode, type EmailCodeApi } from './methods/email-code.ts'
export { magicLink, type MagicLinkApi } from './methods/magic-link.ts'
export { type Departure, federation, type FederationApi } from './methods/federation.ts'
export { password, type PasswordApi } from './methods/password.ts'
export { recoveryCodes, type RecoveryCodesApi } from './methods/recovery-codes.ts'
export { type FactorAnswer, secondFactor, type SecondFactorApi } from './methods/second-factor.ts'
export { totp, type TotpApi } from './methods/totp.ts'
export { phone, type PhoneApi } from './methods/phone.ts'
export { smsCode, type SmsCodeApi } from './methods/sms-code.ts'
export type { Next } from './wire/next.ts'
export type { Access, AuthState, Observable, Session } from './transport/state.ts'
export type { TokenOptions, Transport } from './session/transport.ts'
export { memoryStorage, type TokenStorage } from './session/session-storage.ts'
export type {
  ActivityEvent,
  ApiKey,
  CodeRequested,
  CreatedApiKey,
  Device,
  EnrolledFactor,
  FieldError,
  SecondFactors,
  Passkey,
  Phone,
  LinkedAccount,
  Provider,
  SignedIn,
  StepUpMethod,
  TotpOptions,
  TrustedDevice,
  User,
} from './wire/wire.ts'
