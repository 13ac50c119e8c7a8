import type { CoreParts } from '../core/core-parts.ts'
import type { Method } from '../core/method.ts'
import type { Migration } from '../db/migrations.ts'
import { createEmailCodeMethod, emailCodeMigrations } from './email-code/method.ts'
import { createMagicLinkMethod } from './magic-link/method.ts'
import { passwordMigrations } from './password/method.ts'
import { createSmsCodeMethod, smsCodeMigrations } from './sms-code/method.ts'

/** The tables of every method, in order. */
export const methodMigrations: readonly Migration[] = [
  ...passwordMigrations,
  ...emailCodeMigrations,
  ...smsCodeMigrations,
]

/** Every built-in method beside the password, in the order in which they are offered. */
export const createMethods = (core: CoreParts): Method[] => [
  createMagicLinkMethod(core),
  createEmailCodeMethod(core),
  createSmsCodeMethod(core),
]
