import type {
  accountRoutes,
  ApiKey,
  apiKeyRoutes,
  CreatedApiKey,
  AuditEvent,
  Device,
  ErrorCode,
  federationRoutes,
  LinkedAccount,
  Session,
  SignedIn,
  StepUpWay,
  User,
} from '@latchkey/contract'
import { expectTypeOf, test } from 'vitest'
import type { signOutCodes } from '@latchkey/contract'
import type { BearerCode, ClientErrorCode, CommonCode, Result, SignOutCode } from './errors.ts'
import type { AccountApi } from './methods/account.ts'
import type { ApiKeysApi } from './methods/api-keys.ts'
import type { FederationApi } from './methods/federation.ts'
import type { PasswordApi } from './methods/password.ts'
import type { SecondFactorApi } from './methods/second-factor.ts'
import type * as wire from './wire.ts'

test('what this package calls the answers of the server is what the contract says', () => {
  expectTypeOf<wire.User>().toEqualTypeOf<User>()
  expectTypeOf<wire.WireSession>().toEqualTypeOf<Session>()
  expectTypeOf<wire.StepUpWay>().toEqualTypeOf<StepUpWay>()
  expectTypeOf<wire.SignedIn>().toEqualTypeOf<SignedIn>()
  expectTypeOf<wire.LinkedAccount>().toEqualTypeOf<LinkedAccount>()
  expectTypeOf<wire.Device>().toEqualTypeOf<Device>()
  expectTypeOf<wire.ActivityEvent>().toEqualTypeOf<AuditEvent>()
  expectTypeOf<wire.ApiKey>().toEqualTypeOf<ApiKey>()
  expectTypeOf<wire.CreatedApiKey>().toEqualTypeOf<CreatedApiKey>()
})

test('it signs out on the same refusals as the contract', () => {
  expectTypeOf<SignOutCode>().toEqualTypeOf<(typeof signOutCodes)[number]>()
  expectTypeOf<Exclude<BearerCode | CommonCode, ClientErrorCode>>().toExtend<ErrorCode>()
})

test('every code of a route is among the codes of its call', () => {
  expectTypeOf<CodesOf<typeof accountRoutes.register>>().toExtend<ErrorOf<PasswordApi['register']>>()
  expectTypeOf<CodesOf<typeof apiKeyRoutes.createApiKey>>().toExtend<ErrorOf<ApiKeysApi['create']>>()
  expectTypeOf<CodesOf<typeof apiKeyRoutes.rotateApiKey>>().toExtend<ErrorOf<ApiKeysApi['rotate']>>()
  expectTypeOf<CodesOf<typeof apiKeyRoutes.revokeApiKey>>().toExtend<ErrorOf<ApiKeysApi['revoke']>>()
  type Federations = typeof federationRoutes
  expectTypeOf<CodesOf<Federations['beginFederation']>>().toExtend<ErrorOf<FederationApi['signIn']>>()
  expectTypeOf<CodesOf<Federations['beginLink']>>().toExtend<ErrorOf<FederationApi['link']>>()
  expectTypeOf<CodesOf<Federations['unlinkAccount']>>().toExtend<ErrorOf<FederationApi['unlink']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.login>>().toExtend<ErrorOf<PasswordApi['login']>>()
  // With a password or with a factor.
  type StepUps = ErrorOf<PasswordApi['stepUp']> | ErrorOf<SecondFactorApi['stepUp']>
  expectTypeOf<CodesOf<typeof accountRoutes.stepUp>>().toExtend<StepUps>()
  expectTypeOf<CodesOf<typeof accountRoutes.finishSecondFactor>>().toExtend<
    ErrorOf<SecondFactorApi['verify']>
  >()
  expectTypeOf<CodesOf<typeof accountRoutes.beginSecondFactor>>().toExtend<
    ErrorOf<SecondFactorApi['begin']>
  >()
  expectTypeOf<CodesOf<typeof accountRoutes.beginStepUp>>().toExtend<
    ErrorOf<SecondFactorApi['beginStepUp']>
  >()
  expectTypeOf<CodesOf<typeof accountRoutes.changePassword>>().toExtend<ErrorOf<PasswordApi['change']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.forgotPassword>>().toExtend<ErrorOf<PasswordApi['forgot']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.resetPassword>>().toExtend<ErrorOf<PasswordApi['reset']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.verifyEmail>>().toExtend<ErrorOf<AccountApi['verifyEmail']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.deleteMe>>().toExtend<ErrorOf<AccountApi['delete']>>()
  expectTypeOf<CodesOf<typeof accountRoutes.changeEmail>>().toExtend<ErrorOf<AccountApi['changeEmail']>>()
})

type CodesOf<Route extends { errors: readonly ErrorCode[] }> = Route['errors'][number]
type ErrorOf<Call extends (...input: never[]) => Promise<Result<unknown, string>>> = NonNullable<
  Awaited<ReturnType<Call>>['error']
>['code']
