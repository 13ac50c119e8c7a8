import type { CoreParts } from './method-services.ts'
import type { Method } from './method.ts'
import type { Migration } from '../db/migrations.ts'
import { createEmailCodeMethod, emailCodeMigrations } from './email-code/method.ts'
import { createFederationMethod, federationMigrations } from './federation/method.ts'
import { createMagicLinkMethod } from './magic-link/method.ts'
import { createPasskeyMethod, passkeyMigrations } from './passkey/method.ts'
import { passwordMigrations } from './password/method.ts'
import { createRecoveryCodesMethod, recoveryCodesMigrations } from './recovery-codes/method.ts'
import { createSmsCodeMethod, smsCodeMigrations } from './sms-code/method.ts'
import { createTotpMethod, totpMigrations } from './totp/method.ts'

/** The tables of every method, in order. */
export const methodMigrations: readonly Migration[] = [
  ...passwordMigrations,
  ...passkeyMigrations,
  ...totpMigrations,
  ...recoveryCodesMigrations,
  ...emailCodeMigrations,
  ...smsCodeMigrations,
  ...federationMigrations,
]

/** Every built-in method beside the password, in the order in which they are offered. */
export const createMethods = (core: CoreParts): Method[] => [
  createPasskeyMethod(core),
  createMagicLinkMethod(core),
  createTotpMethod(core),
  createEmailCodeMethod(core),
  createSmsCodeMethod(core),
  createRecoveryCodesMethod(core),
  createFederationMethod(core),
]
