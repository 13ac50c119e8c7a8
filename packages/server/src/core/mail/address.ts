import { AuthError } from '../auth-error.ts'
export const normalizeEmail = (text: string): string => text.normalize('NFKC').toLowerCase()
export function parseEmailAddress(text: string): string {
  if (/^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:"]+$/.test(text)) return text
  throw new AuthError('invalid_input', {
    errors: [{ path: 'body.email', message: 'must be one e-mail address' }],
  })
}
