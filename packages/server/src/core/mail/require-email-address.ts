import { AuthError } from '../auth-error.ts'
import { type EmailAddress, parseEmailAddress } from './address.ts'

/** One address from the field `email` of a body. Throws AuthError `invalid_input`. */
export function requireEmailAddress(text: string): EmailAddress {
  const address = parseEmailAddress(text)
  if (address !== null) return address
  throw new AuthError('invalid_input', {
    errors: [{ path: 'body.email', message: 'must be one e-mail address, such as ada@example.com' }],
  })
}
