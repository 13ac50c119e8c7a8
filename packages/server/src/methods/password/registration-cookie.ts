import type { CookieOptions } from '../../core/request/cookie.ts'
import { createTicketCookie, type TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import { registrationTtl } from './options.ts'

/**
 * Marks the browser that began a registration: only there does the mailed link activate the password typed at the
 * beginning.
 */
export const createRegistrationCookie = (options: CookieOptions): TicketCookie =>
  createTicketCookie(options, { name: 'latchkey-registration', ttl: registrationTtl })
