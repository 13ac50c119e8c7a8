import { AuthClientError, type StepUpChallenge } from './errors.ts'
import type { Problem } from './wire.ts'

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: unknown
  bearer?: string | null | undefined
  /** The `Refresh-Attempt` header. */
  attempt?: string | undefined
  /** Goes on when the page is left. */
  keepalive?: boolean
}

/** Calls a route below the base URL. Throws {@link AuthClientError} for everything but a success. */
export type Api = <Answer>(path: string, call?: Call) => Promise<Answer>

export interface ApiOptions {
  base: string
  fetch: typeof fetch
  credentials: RequestCredentials
}

const longestWait = 20_000

export function createApi({ base, fetch, credentials }: ApiOptions): Api {
  return async <Answer>(
    path: string,
    { method = 'POST', body, bearer, attempt, keepalive = false }: Call = {},
  ) => {
    // AbortSignal.timeout is missing in React Native.
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), longestWait)
    try {
      const response = await fetch(base + path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(attempt && { 'refresh-attempt': attempt }),
        },
        credentials,
        cache: 'no-store',
        keepalive,
        signal: limit.signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return read(response, await response.text(), base) as Answer
    } catch (cause) {
      if (cause instanceof AuthClientError) throw cause
      throw limit.signal.aborted
        ? new AuthClientError('timeout', 'The server takes too long to answer.', { cause })
        : new AuthClientError('offline', 'The server cannot be reached.', { cause })
    } finally {
      clearTimeout(timer)
    }
  }
}

function read(response: Response, text: string, base: string): unknown {
  const { status, headers, ok } = response
  if (status === 204 || (ok && text === '')) return undefined
  const content = parse(text)
  if (ok) {
    if (content !== undefined) return content
    throw notLatchkey(base, status)
  }
  const retryAfter = secondsOf(headers.get('retry-after'))
  if (isProblem(content, headers)) {
    const { code, detail, title, requestId, errors = [] } = content
    throw new AuthClientError(code, detail ?? title, {
      status,
      retryAfter,
      requestId,
      errors,
      stepUp: challengeOf(headers.get('www-authenticate')),
    })
  }
  if (status === 404 || status === 405) throw notLatchkey(base, status)
  throw new AuthClientError('unexpected_answer', `Something in front of the server answered ${status}.`, {
    status,
    retryAfter,
  })
}

export const notLatchkey = (base: string, status: number) =>
  new AuthClientError(
    'not_latchkey',
    `${base} answered ${status}, and not as Latchkey does: set baseURL to where its routes are.`,
    { status },
  )

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isProblem = (content: unknown, headers: Headers): content is Problem =>
  /\bproblem\+json\b/.test(headers.get('content-type') ?? '') &&
  typeof (content as Problem | null)?.code === 'string'

/** RFC 9470 §3; a browser sees the header of another origin only where the server exposes it. */
export function challengeOf(header: string | null): StepUpChallenge {
  return {
    mfa: /acr_values="aal[23]"/.test(header ?? ''),
    maxAge: secondsOf(/max_age="(\d+)"/.exec(header ?? '')?.[1] ?? null) ?? null,
  }
}

/** Delta-seconds; a date (RFC 9110 §10.2.3) is not something we send, and clocks differ. */
const secondsOf = (text: string | null): number | undefined =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined
