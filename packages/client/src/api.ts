import { AuthClientError, type StepUpChallenge } from './errors.ts'
import type { Problem } from './wire.ts'

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: unknown
  bearer?: string | null | undefined
  /** The `Refresh-Attempt` header. */
  attempt?: string | undefined
  signal?: AbortSignal | undefined
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
  return async <Answer>(path: string, call: Call = {}) => {
    const { method = 'POST', body, bearer, attempt, signal } = call
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (bearer) headers.authorization = `Bearer ${bearer}`
    if (attempt !== undefined) headers['refresh-attempt'] = attempt
    const limit = timeLimit(signal)
    try {
      const response = await fetch(base + path, {
        method,
        headers,
        credentials,
        cache: 'no-store',
        signal: limit.signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return read(response, await response.text(), base) as Answer
    } catch (error) {
      if (error instanceof AuthClientError || signal?.aborted) throw error
      throw limit.passed()
        ? new AuthClientError('timeout', `No answer within ${longestWait / 1000} seconds.`, { cause: error })
        : new AuthClientError('offline', 'The server cannot be reached.', { cause: error })
    } finally {
      limit.end()
    }
  }
}

/** AbortSignal.any and .timeout are missing in React Native. */
function timeLimit(signal: AbortSignal | undefined) {
  const controller = new AbortController()
  let passed = false
  const abort = () => controller.abort(signal?.reason)
  const timer = setTimeout(() => {
    passed = true
    controller.abort()
  }, longestWait)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  return {
    signal: controller.signal,
    passed: () => passed,
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
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
  throw new AuthClientError('unexpected_answer', `Something before the server answered ${status}.`, {
    status,
    retryAfter,
  })
}

export const notLatchkey = (base: string, status: number) =>
  new AuthClientError(
    'not_latchkey',
    `${base} did not answer as Latchkey does (status ${status}). Set baseURL to where its routes are, such as https://auth.example.com/api/auth.`,
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
