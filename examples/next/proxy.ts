import { type NextRequest, NextResponse } from 'next/server'

/**
 * Spares visitors a page that has nothing for them: without the hint nobody is signed in. It must not refresh, and the
 * hint opens nothing; the pages guard themselves.
 */
export function proxy(request: NextRequest) {
  if (request.cookies.has('latchkey-hint') || request.headers.has('authorization')) return NextResponse.next()
  return NextResponse.redirect(new URL('/sign-in?return_to=/members', request.url))
}

export const config = { matcher: '/members/:path*' }
