import type { ErrorCode } from '@latchkey/contract'
import type { AuthError } from '../core/auth-error.ts'
import { type Field, faultOf, type FieldFaults } from './fields.ts'
import type { Form } from './form.ts'
import type { PageContext } from './page-context.ts'
import { meaningOf } from './refusal-text.ts'

/** Returns each fault by its field; a fault of no field in this form is left out. */
export function faultsOf({ fields }: Form, { code, options }: AuthError, page: PageContext): FieldFaults {
  const blamed = fields.find(({ kind }) => blamedKinds[code]?.includes(kind))
  if (blamed) return { [blamed.name]: meaningOf(code, page) }
  const names = new Set((options.errors ?? []).map(({ path }) => path.split('.')[1]))
  // The password policy calls every password by one name.
  const isAtFault = ({ name, kind }: Field) =>
    names.has(name) || (kind === 'new-password' && names.has('password'))
  return Object.fromEntries(fields.filter(isAtFault).map((field) => [field.name, page.words[faultOf(field)]]))
}

export const isDeadLink = (code: ErrorCode): boolean =>
  code === 'challenge_invalid' || code === 'setup_complete'

/** True if nobody is signed in here, or not recently enough. */
export const asksToSignIn = (code: ErrorCode): boolean =>
  code === 'unauthenticated' || code === 'insufficient_user_authentication'

/** The form is shown once more. Every other refusal gets a page of its own. */
export const isCorrectable = (code: ErrorCode): boolean => correctable.has(code)

const correctable = new Set<ErrorCode>([
  'invalid_input',
  'invalid_credentials',
  'second_factor_invalid',
  'passkey_invalid',
  'passkey_unknown',
  'challenge_invalid',
  'password_too_common',
  'email_taken',
  'rate_limited',
  'overloaded',
  'unavailable',
])

/** The field that a code is about. */
const blamedKinds: Partial<Record<ErrorCode, readonly Field['kind'][]>> = {
  password_too_common: ['new-password'],
  email_taken: ['email'],
  challenge_invalid: ['code', 'sms-code'],
  second_factor_invalid: ['factor-code'],
}
