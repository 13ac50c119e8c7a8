import type {
  accountRoutes,
  passwordRoutes,
  signInRoutes,
  ApiKey,
  CodeRequested,
  codeRoutes,
  apiKeyRoutes,
  CreatedApiKey,
  AuditEvent,
  Device,
  EnrolledFactor,
  Phone,
  ErrorCode,
  factorRoutes,
  SecondFactorEnrolmentNeeded,
  SecondFactorNeeded,
  SecondFactors,
  Passkey,
  passkeyRoutes,
  federationRoutes,
  LinkedAccount,
  Session,
  sessionRoutes,
  SignedIn,
  StepUpMethod,
  SignedInByCookie,
  TrustedDevice,
  User,
} from '@latchkey/contract'
import { expectTypeOf, test } from 'vitest'
import type { signOutCodes } from '@latchkey/contract'
import type { BearerCode, ClientErrorCode, CommonCode, Result, SignOutCode } from './errors.ts'
import type { AccountApi } from '../methods/account.ts'
import type { ApiKeysApi } from '../methods/api-keys.ts'
import type { PasskeyApi } from '../methods/passkey.ts'
import type { EmailCodeApi } from '../methods/email-code.ts'
import type { MagicLinkApi } from '../methods/magic-link.ts'
import type { FederationApi } from '../methods/federation.ts'
import type { PasswordApi } from '../methods/password.ts'
import type { RecoveryCodesApi } from '../methods/recovery-codes.ts'
import type { SecondFactorApi } from '../methods/second-factor.ts'
import type { TotpApi } from '../methods/totp.ts'
import type * as next from './next.ts'
import type { PhoneApi } from '../methods/phone.ts'
import type { SmsCodeApi } from '../methods/sms-code.ts'
import type * as wire from './wire.ts'

test('what this package calls the answers of the server is what the contract says', () => {
  expectTypeOf<wire.User>().toEqualTypeOf<User>()
  expectTypeOf<wire.WireSession>().toEqualTypeOf<Session>()
  expectTypeOf<wire.StepUpMethod>().toEqualTypeOf<StepUpMethod>()
  expectTypeOf<wire.SignedIn>().toEqualTypeOf<SignedIn>()
  expectTypeOf<wire.SignedInByCookie>().toEqualTypeOf<SignedInByCookie>()
  expectTypeOf<wire.WhoAmI>().toEqualTypeOf<Exclude<WhoAmI, { kind: 'api_key' }>>()
  expectTypeOf<wire.LinkedAccount>().toEqualTypeOf<LinkedAccount>()
  expectTypeOf<wire.Device>().toEqualTypeOf<Device>()
  expectTypeOf<wire.ActivityEvent>().toEqualTypeOf<AuditEvent>()
  expectTypeOf<wire.CodeRequested>().toEqualTypeOf<CodeRequested>()
  expectTypeOf<wire.Phone>().toEqualTypeOf<Phone>()
  expectTypeOf<wire.ApiKey>().toEqualTypeOf<ApiKey>()
  expectTypeOf<wire.Passkey>().toEqualTypeOf<Passkey>()
  expectTypeOf<wire.CreatedApiKey>().toEqualTypeOf<CreatedApiKey>()
  expectTypeOf<wire.EnrolledFactor>().toEqualTypeOf<EnrolledFactor>()
  expectTypeOf<wire.TrustedDevice>().toEqualTypeOf<TrustedDevice>()
  expectTypeOf<wire.SecondFactors>().toEqualTypeOf<SecondFactors>()
  expectTypeOf<wire.TotpOptions>().toEqualTypeOf<factorRoutes.TotpOptions>()
  expectTypeOf<next.SecondFactorNeeded>().toEqualTypeOf<SecondFactorNeeded>()
  expectTypeOf<next.SecondFactorEnrolmentNeeded>().toEqualTypeOf<SecondFactorEnrolmentNeeded>()
})

test('it signs out on the same refusals as the contract', () => {
  expectTypeOf<SignOutCode>().toEqualTypeOf<(typeof signOutCodes)[number]>()
  expectTypeOf<Exclude<BearerCode | CommonCode, ClientErrorCode>>().toExtend<ErrorCode>()
})

test('every code of a route is among the codes of its call', () => {
  expectTypeOf<CodesOf<typeof passwordRoutes.register>>().toExtend<ErrorOf<PasswordApi['register']>>()
  expectTypeOf<CodesOf<typeof apiKeyRoutes.createApiKey>>().toExtend<ErrorOf<ApiKeysApi['create']>>()
  expectTypeOf<CodesOf<typeof apiKeyRoutes.renameApiKey>>().toExtend<ErrorOf<ApiKeysApi['rename']>>()
  expectTypeOf<CodesOf<typeof apiKeyRoutes.rotateApiKey>>().toExtend<ErrorOf<ApiKeysApi['rotate']>>()
  expectTypeOf<CodesOf<typeof apiKeyRoutes.revokeApiKey>>().toExtend<ErrorOf<ApiKeysApi['revoke']>>()
  expectTypeOf<CodesOf<typeof passkeyRoutes.finishPasskeyLogin>>().toExtend<ErrorOf<PasskeyApi['login']>>()
  expectTypeOf<CodesOf<typeof passkeyRoutes.beginPasskeyRegistration>>().toExtend<
    ErrorOf<PasskeyApi['register']>
  >()
  expectTypeOf<CodesOf<typeof passkeyRoutes.finishPasskeyRegistration>>().toExtend<
    ErrorOf<PasskeyApi['register']>
  >()
  expectTypeOf<CodesOf<typeof passkeyRoutes.renamePasskey>>().toExtend<ErrorOf<PasskeyApi['rename']>>()
  expectTypeOf<CodesOf<typeof passkeyRoutes.removePasskey>>().toExtend<ErrorOf<PasskeyApi['remove']>>()
  expectTypeOf<CodesOf<typeof passkeyRoutes.askForPasskey>>().toExtend<
    ErrorOf<PasskeyApi['askAfterPassword']>
  >()
  expectTypeOf<CodesOf<typeof codeRoutes.sendEmailCode>>().toExtend<ErrorOf<EmailCodeApi['send']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.verifyEmailCode>>().toExtend<ErrorOf<EmailCodeApi['verify']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.setEmailFactor>>().toExtend<
    ErrorOf<EmailCodeApi['setSecondFactor']>
  >()
  expectTypeOf<CodesOf<typeof codeRoutes.sendMagicLink>>().toExtend<ErrorOf<MagicLinkApi['send']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.verifyMagicLink>>().toExtend<ErrorOf<MagicLinkApi['verify']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.revealMagicLinkCode>>().toExtend<ErrorOf<MagicLinkApi['reveal']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.sendSmsCode>>().toExtend<ErrorOf<SmsCodeApi['send']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.verifySmsCode>>().toExtend<ErrorOf<SmsCodeApi['verify']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.sendPhoneCode>>().toExtend<ErrorOf<PhoneApi['send']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.verifyPhone>>().toExtend<ErrorOf<PhoneApi['verify']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.setPhoneFactor>>().toExtend<ErrorOf<PhoneApi['setSecondFactor']>>()
  expectTypeOf<CodesOf<typeof codeRoutes.removePhone>>().toExtend<ErrorOf<PhoneApi['remove']>>()
  type Federations = typeof federationRoutes
  expectTypeOf<CodesOf<Federations['beginFederation']>>().toExtend<ErrorOf<FederationApi['signIn']>>()
  expectTypeOf<CodesOf<Federations['beginLink']>>().toExtend<ErrorOf<FederationApi['link']>>()
  expectTypeOf<CodesOf<Federations['unlinkAccount']>>().toExtend<ErrorOf<FederationApi['unlink']>>()
  expectTypeOf<CodesOf<typeof passwordRoutes.login>>().toExtend<ErrorOf<PasswordApi['login']>>()
  // With a password or with a factor.
  type StepUps = ErrorOf<PasswordApi['stepUp']> | ErrorOf<SecondFactorApi['stepUp']>
  expectTypeOf<CodesOf<typeof signInRoutes.stepUp>>().toExtend<StepUps>()
  expectTypeOf<CodesOf<typeof signInRoutes.finishSecondFactor>>().toExtend<
    ErrorOf<SecondFactorApi['verify']>
  >()
  expectTypeOf<CodesOf<typeof signInRoutes.beginSecondFactor>>().toExtend<ErrorOf<SecondFactorApi['begin']>>()
  expectTypeOf<CodesOf<typeof factorRoutes.beginEnrolment>>().toExtend<
    ErrorOf<SecondFactorApi['beginEnrolment']>
  >()
  expectTypeOf<CodesOf<typeof factorRoutes.finishEnrolment>>().toExtend<ErrorOf<SecondFactorApi['enrol']>>()
  expectTypeOf<CodesOf<typeof factorRoutes.endTrust>>().toExtend<ErrorOf<SecondFactorApi['endTrust']>>()
  expectTypeOf<CodesOf<typeof factorRoutes.beginTotp>>().toExtend<ErrorOf<TotpApi['options']>>()
  expectTypeOf<CodesOf<typeof factorRoutes.finishTotp>>().toExtend<ErrorOf<TotpApi['verify']>>()
  expectTypeOf<CodesOf<typeof factorRoutes.removeTotp>>().toExtend<ErrorOf<TotpApi['remove']>>()
  expectTypeOf<CodesOf<typeof factorRoutes.makeRecoveryCodes>>().toExtend<
    ErrorOf<RecoveryCodesApi['renew']>
  >()
  expectTypeOf<CodesOf<typeof signInRoutes.beginStepUp>>().toExtend<ErrorOf<SecondFactorApi['beginStepUp']>>()
  expectTypeOf<CodesOf<typeof passwordRoutes.changePassword>>().toExtend<ErrorOf<PasswordApi['change']>>()
  expectTypeOf<CodesOf<typeof passwordRoutes.forgotPassword>>().toExtend<ErrorOf<PasswordApi['forgot']>>()
  expectTypeOf<CodesOf<typeof passwordRoutes.resetPassword>>().toExtend<ErrorOf<PasswordApi['reset']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.verifyEmail>>().toExtend<ErrorOf<AccountApi['verifyEmail']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.deleteMe>>().toExtend<ErrorOf<AccountApi['delete']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.changeEmail>>().toExtend<ErrorOf<AccountApi['changeEmail']>>()
})

type WhoAmI = (typeof sessionRoutes.getSession)['answers'][200]['body']['_output']
type CodesOf<Route extends { errors: readonly ErrorCode[] }> = Route['errors'][number]
type ErrorOf<Call extends (...input: never[]) => Promise<Result<unknown, string>>> = NonNullable<
  Awaited<ReturnType<Call>>['error']
>['code']
