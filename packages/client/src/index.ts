export type { Bind } from './bind.ts'
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
export type { Next } from './next.ts'
export type { Access, AuthState, Observable, Session } from './state.ts'
export type { Transport } from './transport.ts'
export { memoryStorage, type TokenStorage } from './vault.ts'
export type {
  ActivityEvent,
  ApiKey,
  Asked,
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
  StepUpWay,
  TotpOptions,
  TrustedDevice,
  User,
} from './wire.ts'
