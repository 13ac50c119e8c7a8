import { emailCodeMethod } from './email-code/method.ts'
import { federationMethod } from './federation/method.ts'
import { magicLinkMethod } from './magic-link/method.ts'
import type { Method } from './method.ts'
import { passkeyMethod } from './passkey/method.ts'
import { recoveryCodesMethod } from './recovery-codes/method.ts'
import { smsCodeMethod } from './sms-code/method.ts'
import { totpMethod } from './totp/method.ts'

/** Every built-in method except the password, in the order in which they are offered. */
export const builtInMethods: readonly Method[] = [
  passkeyMethod,
  magicLinkMethod,
  totpMethod,
  emailCodeMethod,
  smsCodeMethod,
  recoveryCodesMethod,
  federationMethod,
]

/** Values of the methods that are lost with the secret that sealed them. */
export const sealedValues = builtInMethods.flatMap(({ sealed = [] }) => sealed)
