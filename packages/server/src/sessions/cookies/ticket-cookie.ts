import { type Milliseconds, toSeconds } from '@latchkey/contract'
import { codeTtl } from '../../core/challenges/challenges.ts'
import type { Answer } from '../route.ts'
import type { CookieOptions, CookieSource } from '../../core/request/cookie.ts'

/**
 * Marks the browser that asked for something by mail or SMS: only there is it answered. Holds the ticket, also where that
 * opens nothing, so that its presence tells nothing.
 */
export interface TicketCookie {
  /** Every ticket in the request, duplicates of the name included. */
  read(request: CookieSource): string[]
  set(ticket: string): string
  cleared(): string
  /** The answer, and the cookie gone. */
  clear(answer: Answer): Answer
}

export function createTicketCookie(
  { secure, sameSite }: CookieOptions,
  { name: plain, ttl }: { name: string; ttl: Milliseconds },
): TicketCookie {
  // A __Host- cookie cannot be planted from a sibling domain: a stranger's ticket stays in the stranger's browser.
  const name = `${secure ? '__Host-' : ''}${plain}`
  const attributes = `HttpOnly; Path=/; SameSite=${sameSite === 'strict' ? 'Strict' : 'Lax'}${secure ? '; Secure' : ''}`

  return {
    read: ({ cookies }) => (cookies.get(name) ?? []).filter((ticket) => ticket !== ''),
    set: (ticket) => `${name}=${ticket}; ${attributes}; Max-Age=${toSeconds(ttl)}`,
    cleared,
    clear: (answer) => ({ ...answer, cookies: [...(answer.cookies ?? []), cleared()] }),
  }

  function cleared(): string {
    return `${name}=; ${attributes}; Max-Age=0`
  }
}

/** Of what is asked for at sign-in: as long as it can be answered. */
export interface TicketCookies {
  magicLink: TicketCookie
  emailCode: TicketCookie
  smsCode: TicketCookie
}

export const createTicketCookies = (options: CookieOptions): TicketCookies => ({
  // Lax: it has to come along when the link is opened from a mail.
  magicLink: createTicketCookie(
    { ...options, sameSite: 'lax' },
    { name: 'latchkey-magic-link', ttl: codeTtl },
  ),
  emailCode: createTicketCookie(options, { name: 'latchkey-email-code', ttl: codeTtl }),
  smsCode: createTicketCookie(options, { name: 'latchkey-sms-code', ttl: codeTtl }),
})
