import { toSeconds } from '@latchkey/contract'
import type { CookieOptions, CookieSource } from '../../core/sessions/cookies.ts'
import { registrationTtl } from './options.ts'

/**
 * Marks the browser that began a registration: only there does the mailed link bring the password into force that was
 * typed at the beginning. Holds the ticket, also where that opens nothing, so that its presence tells nothing.
 */
export interface RegistrationCookie {
  /** Every ticket in the request, duplicates of the name included. */
  read(request: CookieSource): string[]
  set(ticket: string): string
  cleared(): string
}

export function createRegistrationCookie({ secure, sameSite }: CookieOptions): RegistrationCookie {
  // A __Host- cookie cannot be planted from a sibling domain: a stranger's ticket stays in the stranger's browser.
  const name = `${secure ? '__Host-' : ''}latchkey-registration`
  const attributes = `HttpOnly; Path=/; SameSite=${sameSite === 'strict' ? 'Strict' : 'Lax'}${secure ? '; Secure' : ''}`

  return {
    read: ({ cookies }) => (cookies.get(name) ?? []).filter((ticket) => ticket !== ''),
    set: (ticket) => `${name}=${ticket}; ${attributes}; Max-Age=${toSeconds(registrationTtl)}`,
    cleared: () => `${name}=; ${attributes}; Max-Age=0`,
  }
}
