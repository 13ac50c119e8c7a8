import { AuthError } from '../../core/auth-error.ts'
import { decidePassword, type PasswordDecision } from './password-policy.ts'
import type { HashServices } from './password-services.ts'

/** Field of the request that holds the password. */
type PasswordField = 'password' | 'newPassword'

/** The future owner of the password. */
export interface PasswordContext {
  email: string
  name: string | null
}

/** Throws AuthError `password_too_common`, `invalid_input`, `overloaded`. */
export async function hashNewPassword(
  { config, passwordHash }: HashServices,
  password: string,
  about: PasswordContext,
  field: PasswordField = 'password',
): Promise<string> {
  const decision = decidePassword(password, { ...about, appName: config.appName })
  if (decision !== 'ok') throw refusePassword(decision, field)
  return await passwordHash.hashPassword(password)
}

function refusePassword(decision: Exclude<PasswordDecision, 'ok'>, field: PasswordField): AuthError {
  if (decision === 'too_common') return new AuthError('password_too_common')
  if (decision === 'too_personal') {
    return new AuthError('password_too_common', {
      detail: 'It is made from your name, your address or ours.',
    })
  }
  const message = {
    too_short: 'must have at least 8 characters',
    too_long: 'must have at most 1024 characters',
    forbidden_character: 'must not hold control characters',
  }[decision]
  return new AuthError('invalid_input', { errors: [{ path: `body.${field}`, message }] })
}
