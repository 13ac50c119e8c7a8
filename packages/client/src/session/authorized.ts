import { challengeOf } from '../transport/api.ts'
import type { Bind } from '../transport/bind.ts'
import type { StepUpChallenge } from '../wire/errors.ts'
import type { Events } from '../transport/events.ts'
import type { SessionManager } from './transport.ts'

export type Remedy = 'refresh' | 'step-up'
export type Ask = 'refresh' | StepUpChallenge

/**
 * Sends with the access token. When refused, it refreshes or has the user step up, as the refusal asks, and sends once
 * more. A token issued before an event of the account may need both, one after the other. Neither is done twice: a
 * second refusal is handed back.
 */
export interface Authorized {
  /** As the global `fetch`. Offline and without a valid token it throws {@link AuthClientError}. */
  fetch: typeof fetch
  /** Calls `send` with the token, and again with another if `asks` finds that the answer wants one. */
  withToken<Answer>(
    send: (token: string | null) => Promise<Answer>,
    asks: (answer: Answer) => Ask | null,
    signal?: AbortSignal | null,
  ): Promise<Answer>
  /** The token for a request to `url`; null when it must not go there or nobody is signed in, empty for a cookie. */
  tokenFor(url: string): Promise<string | null>
  /**
   * The token for another try of a request that went out with `used` and was answered 401: after a refresh, or after a
   * step-up where the `WWW-Authenticate` header asks for one. `done` is what was done for this request already, and is
   * added to. Null: hand the refusal back.
   */
  tokenAfter(used: string, challenge: string | null, done: Set<Remedy>): Promise<string | null>
  /** How tokens are shown that are bound to a key; for what does not go through {@link fetch}. */
  bind: Bind | undefined
}

export interface AuthorizedOptions {
  session: SessionManager
  events: Events
  fetch: typeof fetch
  /** The origins to which the token may go. */
  origins: ReadonlySet<string>
  /** The base of relative addresses; null outside a page. */
  here: string | null
  bind: Bind | undefined
}

export function createAuthorized(options: AuthorizedOptions): Authorized {
  const { session, events, fetch, origins, here, bind } = options
  return {
    fetch: authorizedFetch,
    withToken,
    tokenFor: async (url) => (isAllowed(url) ? session.token() : null),
    tokenAfter: (used, challenge, done) => tokenAfter(used, askOf(challenge), done),
    bind,
  }

  async function authorizedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    const url = input instanceof Request ? input.url : String(input)
    // A header set by the application wins.
    if (headers.has('authorization') || !isAllowed(url)) return fetch(input, init)
    // A stream is gone once it has been sent; everything else can be sent again.
    const repeatable = !(init?.body instanceof ReadableStream)
    const send = (token: string | null) => {
      if (token) headers.set('authorization', `Bearer ${token}`)
      const cookies = token === '' && ({ credentials: 'include' } as const)
      return fetch(input instanceof Request ? input.clone() : input, { ...cookies, ...init, headers })
    }
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    const asks = ({ status, headers }: Response) =>
      status === 401 && repeatable ? askOf(headers.get('www-authenticate')) : null
    return await withToken(send, asks, signal)
  }

  async function withToken<Answer>(
    send: (token: string | null) => Promise<Answer>,
    asks: (answer: Answer) => Ask | null,
    signal?: AbortSignal | null,
  ): Promise<Answer> {
    let token = await session.token({ signal })
    let answer = await send(token)
    const done = new Set<Remedy>()
    while (token !== null) {
      const ask = asks(answer)
      if (ask === null) break
      token = await tokenAfter(token, ask, done)
      if (token !== null) answer = await send(token)
    }
    return answer
  }

  async function tokenAfter(used: string, ask: Ask, done: Set<Remedy>): Promise<string | null> {
    const remedy = ask === 'refresh' ? ask : 'step-up'
    if (done.has(remedy)) return null
    done.add(remedy)
    if (ask === 'refresh') return await session.renewed(used)
    return (await stepUp(ask)) ? await session.token() : null
  }

  async function stepUp(challenge: StepUpChallenge): Promise<boolean> {
    const answers = await Promise.all(events.emit('step-up', challenge))
    return answers.includes(true)
  }

  function isAllowed(url: string): boolean {
    return origins.has(new URL(url, here ?? undefined).origin)
  }
}

/** Returns the remedy: a refresh for 401, a step-up for 401 with the error of RFC 9470, nothing for 403. */
const askOf = (challenge: string | null): Ask =>
  /insufficient_user_authentication/.test(challenge ?? '') ? challengeOf(challenge) : 'refresh'
