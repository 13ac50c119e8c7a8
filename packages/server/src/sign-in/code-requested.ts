import type { Answer } from '../sessions/route.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { TicketCookie } from '../sessions/cookies/ticket-cookie.ts'
import type { CodeRequested } from './mailed-sign-in-needs.ts'

/** Returns the answer to asking for a link or a code, the same if nothing was sent. */
export const answerCodeRequested = (asked: CodeRequested, cookie: TicketCookie): Answer => ({
  status: 202,
  body: asked,
  headers: { 'cache-control': 'no-store' },
  cookies: [cookie.set(asked.ticket)],
})

/** The ticket in the body, or this browser's; empty for none. */
export const ticketOf = (
  body: { ticket?: string | undefined },
  cookie: TicketCookie,
  request: RequestContext,
): string => body.ticket ?? cookie.read(request)[0] ?? ''
