import type { Lifecycle } from '../accounts/lifecycle.ts'
import type { Config } from '../config/config.ts'
import type { Ports } from '../core/ports/ports.ts'
import { createEmailCodeLifecycle } from './email-code/lifecycle.ts'
import { createFederationLifecycle } from './federation/lifecycle.ts'
import { providersOf } from './federation/providers.ts'
import { createRegistry, type ProviderRegistry } from './federation/registry.ts'
import { createMagicLinkLifecycle } from './magic-link/lifecycle.ts'
import { createPasskeyLifecycle } from './passkey/lifecycle.ts'
import { createPasswordLifecycle } from './password/lifecycle.ts'
import type { ResetMails } from './password/reset-mails.ts'
import { createRecoveryCodesLifecycle } from './recovery-codes/lifecycle.ts'
import { createSmsCodeLifecycle } from './sms-code/lifecycle.ts'
import { createTotpLifecycle } from './totp/lifecycle.ts'
import type { CoreParts } from './method-services.ts'
import type { Method } from './method.ts'
import type { Migration } from '../db/migrations.ts'
import { createEmailCodeMethod, emailCodeMigrations } from './email-code/method.ts'
import { createFederationMethod, federationMigrations } from './federation/method.ts'
import { createMagicLinkMethod } from './magic-link/method.ts'
import { createPasskeyMethod, offeredParty, passkeyMigrations } from './passkey/method.ts'
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

/** What methods are before anything stands on them: what they hold of users. */
export interface PreparedMethods {
  registry: ProviderRegistry
  lifecycles: Record<BuiltIn, Lifecycle>
}

type BuiltIn =
  | 'password'
  | 'passkey'
  | 'magic-link'
  | 'totp'
  | 'email-code'
  | 'sms-code'
  | 'recovery-codes'
  | 'federation'

export function prepareMethods(
  config: Config,
  ports: Ports,
  resetMails: Pick<ResetMails, 'send'>,
): PreparedMethods {
  const registry = createRegistry(providersOf(config))
  const signsInBy = (name: Config['signInMethods'][number]) => config.signInMethods.includes(name)
  return {
    registry,
    lifecycles: {
      password: createPasswordLifecycle({ isOffered: signsInBy('password'), resetMails }),
      passkey: createPasskeyLifecycle({ isOffered: offeredParty(config) !== null }),
      'magic-link': createMagicLinkLifecycle({ signsIn: signsInBy('magic-link') }),
      totp: createTotpLifecycle(),
      'email-code': createEmailCodeLifecycle({ signsIn: signsInBy('email-code') }),
      'sms-code': createSmsCodeLifecycle({ ports, signsIn: signsInBy('sms-code') }),
      'recovery-codes': createRecoveryCodesLifecycle(),
      federation: createFederationLifecycle(registry),
    },
  }
}

/** Every built-in method beside the password, in the order in which they are offered. */
export const createMethods = (core: CoreParts, { registry, lifecycles }: PreparedMethods): Method[] => [
  createPasskeyMethod(core, lifecycles.passkey),
  createMagicLinkMethod(core, lifecycles['magic-link']),
  createTotpMethod(core, lifecycles.totp),
  createEmailCodeMethod(core, lifecycles['email-code']),
  createSmsCodeMethod(core, lifecycles['sms-code']),
  createRecoveryCodesMethod(core, lifecycles['recovery-codes']),
  createFederationMethod(core, { registry, lifecycle: lifecycles.federation }),
]
