import type { Milliseconds } from '@latchkey/contract'
import { codeTtl } from '../../core/challenges/code.ts'
import type { Answer } from '../route.ts'
import {
  createCookie,
  type CookieName,
  type CookieOptions,
  type CookieSource,
} from '../../core/request/cookie.ts'

/**
 * Marks the browser that asked for something by mail or SMS: only there can it be answered. Holds the ticket even where
 * that gives no access, so that its presence tells nothing.
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
  options: CookieOptions,
  { name, ttl }: { name: CookieName; ttl: Milliseconds },
): TicketCookie {
  const cookie = createCookie(name, options)

  return {
    read: (request) => cookie.read(request).filter((ticket) => ticket !== ''),
    set: (ticket) => cookie.set(ticket, ttl),
    cleared: () => cookie.clear(),
    clear: (answer) => ({ ...answer, cookies: [...(answer.cookies ?? []), cookie.clear()] }),
  }
}

/** Ticket cookies of requests at sign-in: valid as long as the code or link. */
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
