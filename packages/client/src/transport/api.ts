import { AuthClientError, type StepUpChallenge } from '../wire/errors.ts'
import type { Problem } from '../wire/wire.ts'

export interface ApiCall {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  body?: unknown
  bearer?: string | null | undefined
  /** The `Refresh-Attempt` header. */
  attempt?: string | undefined
  /** Goes on when the page is left. */
  keepalive?: boolean
}

/** Calls a route below the base URL. Throws {@link AuthClientError} for everything but a success. */
export type Api = <Answer>(path: string, call?: ApiCall) => Promise<Answer>

export interface ApiOptions {
  base: string
  fetch: typeof fetch
  credentials: RequestCredentials
  /** Nothing is sent after it has aborted. */
  disposed: AbortSignal
}

const longestWait = 20_000

export function createApi({ base, fetch, credentials, disposed }: ApiOptions): Api {
  return async <Answer>(
    path: string,
    { method = 'POST', body, bearer, attempt, keepalive }: ApiCall = {},
  ) => {
    if (disposed.aborted) throw new AuthClientError('disposed', 'This client is disposed of.')
    // AbortSignal.timeout is missing in React Native.
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), longestWait)
    const headers: Record<string, string> = {}
    if (body) headers['content-type'] = 'application/json'
    if (bearer) headers.authorization = `Bearer ${bearer}`
    if (attempt) headers['refresh-attempt'] = attempt
    let response: Response
    let text: string
    try {
      response = await fetch(base + path, {
        method,
        headers,
        credentials,
        keepalive: !!keepalive,
        cache: 'no-store',
        signal: limit.signal,
        body: body ? JSON.stringify(body) : null,
      })
      text = await response.text()
    } catch (cause) {
      const code = limit.signal.aborted ? 'timeout' : 'offline'
      throw new AuthClientError(code, 'The server cannot be reached.', { cause })
    } finally {
      clearTimeout(timer)
    }
    return read(response, text, base) as Answer
  }
}

/** Null if there is nothing to read. */
function read({ status, headers, ok }: Response, text: string, base: string): unknown {
  const content = parse(text || 'null')
  if (ok && content !== undefined) return content
  const details = { status, retryAfter: Number(headers.get('retry-after')) || undefined }
  if (!isProblem(content, headers)) throw unexpected(base, details)
  const { code, detail, title, requestId, errors = [] } = content
  const stepUp = challengeOf(headers.get('www-authenticate'))
  throw new AuthClientError(code, detail ?? title, { ...details, requestId, errors, stepUp })
}

/** The error for an answer of a proxy, or of something that is no Latchkey at all. */
export const unexpected = (base: string, details: { status: number; retryAfter?: number | undefined }) =>
  new AuthClientError(
    details.status < 300 || details.status === 404 ? 'not_latchkey' : 'unexpected_answer',
    `${base} answered ${details.status}, not as Latchkey does: check baseURL.`,
    details,
  )

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isProblem = (content: unknown, headers: Headers): content is Problem =>
  /problem\+json/.test(headers.get('content-type') ?? '') && typeof (content as Problem).code === 'string'

/** RFC 9470 §3; a browser sees the header of another origin only where the server exposes it. */
export function challengeOf(header: string | null): StepUpChallenge {
  const maxAge = /max_age="(\d+)"/.exec(header ?? '')
  return { mfa: /acr_values="aal[23]"/.test(header ?? ''), maxAge: maxAge && Number(maxAge[1]) }
}
