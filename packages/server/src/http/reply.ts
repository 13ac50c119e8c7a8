import type { Answer } from '../sessions/route.ts'

/** An answer as it goes out, whichever web server sends it. */
export interface Reply {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** Values of `Set-Cookie`. */
  cookies: readonly string[]
  body: string | null
}

/** `always` comes last: a named origin is told its own name, even for resources that anybody may read. */
export function toReply(
  { status, body, headers, cookies = [] }: Answer,
  base: Record<string, string>,
  always: Record<string, string>,
): Reply {
  const record = { ...base, ...headers, ...always }
  if (body === undefined) return { status, headers: record, cookies, body: null }
  record['content-type'] ??= 'application/json'
  return { status, headers: record, cookies, body: typeof body === 'string' ? body : JSON.stringify(body) }
}

export function toResponse({ status, headers, cookies, body }: Reply): Response {
  // Handing headers over whole is twice as fast as setting them one by one.
  if (cookies.length === 0) return new Response(body, { status, headers })
  const setCookies = cookies.map((cookie): [string, string] => ['set-cookie', cookie])
  return new Response(body, { status, headers: [...Object.entries(headers), ...setCookies] })
}
