import type { Answer } from '../sessions/route.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import type { TicketCookie } from '../sessions/cookies/ticket-cookie.ts'
import type { CodeRequested } from './mailed-sign-in-needs.ts'

/** The answer to whoever asked for a link or a code, the same whether anything is sent or not. */
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
