import type { AxiosError, AxiosInstance, AxiosResponse } from 'axios'
import { type DpopKey, ownKey, prove } from './session/dpop-key.ts'
import type { Bind } from './transport/bind.ts'
import { claimsIn } from './wire/base64url.ts'

export { type DpopKey, webCryptoKey } from './session/dpop-key.ts'
export type { Bind } from './transport/bind.ts'

export interface DpopOptions {
  /**
   * Resolves to the key of this installation, the same at every start: a session without its key is over. Native apps hand
   * in one of the system's key store.
   *
   * @default a key that no script can read, kept in IndexedDB and shared by all tabs; in memory where there is none
   */
  key?: (base: string) => Promise<DpopKey>
}

/**
 * Used as `createAuthClient({ bind: dpop() })`: refresh and access tokens are worth nothing without the key of this
 * installation (RFC 9449). Throws TypeError where the platform has no `crypto.subtle` and no key is handed in.
 */
export function dpop({ key = ownKey }: DpopOptions = {}): Bind {
  if (key === ownKey && !globalThis.crypto?.subtle) {
    throw new TypeError('dpop: crypto.subtle is missing; hand in a key. See docs/sender-constrained.md.')
  }
  /** By origin. */
  const nonces = new Map<string, string>()
  let base = ''
  /** By how many milliseconds the server's clock is ahead of this one, where it may be read. */
  let ahead = 0
  let held: Promise<DpopKey> | undefined

  return { wrap, attach, headers }

  function wrap(send: typeof fetch, at: string): typeof fetch {
    base = at
    return async (input, init) => {
      const request = input instanceof Request ? input : null
      const sent = new Headers(init?.headers ?? request?.headers)
      const url = input instanceof Request ? input.url : String(input)
      const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
      const token = tokenIn(sent.get('authorization'))
      if (token === undefined || !(token === null ? isOurs(addressOf(url)) : isBound(token)))
        return send(input, init)
      const attempt = async () => {
        for (const [name, value] of Object.entries(await headers({ url, method, token })))
          sent.set(name, value)
        const answer = await send(request?.clone() ?? input, { ...init, headers: sent })
        const asks = learn(url, answer.status, (name) => answer.headers.get(name))
        return { answer, asks }
      }
      // A stream is gone once it has been sent.
      const isRepeatable = !(init?.body instanceof ReadableStream)
      const { answer, asks } = await attempt()
      return asks && isRepeatable ? (await attempt()).answer : answer
    }
  }

  function attach(instance: AxiosInstance): () => void {
    const request = instance.interceptors.request.use(async (config) => {
      const token = tokenIn(config.headers.get('authorization') as string | null)
      if (!token || !isBound(token)) return config
      const method = (config.method ?? 'get').toUpperCase()
      config.headers.set(await headers({ url: instance.getUri(config), method, token }))
      return config
    })
    const response = instance.interceptors.response.use(
      (answer) => {
        hear(answer)
        return answer
      },
      async (error: AxiosError) => {
        const { config, response } = error
        const asks = response && hear(response)
        const token = tokenIn(config?.headers.get('authorization') as string | null, 'DPoP')
        if (!asks || !config || !token || repeated in config) throw error
        config.headers.set('authorization', `Bearer ${token}`)
        return await instance.request(Object.assign(config, { [repeated]: true }))
      },
    )
    return () => {
      instance.interceptors.request.eject(request)
      instance.interceptors.response.eject(response)
    }

    function hear({ config, status, headers }: AxiosResponse): boolean {
      return learn(instance.getUri(config), status, (name) => (headers[name] as string | undefined) ?? null)
    }
  }

  async function headers(request: {
    url: string
    method: string
    token: string | null
  }): Promise<Record<string, string>> {
    const { url, method, token } = request
    if (token !== null && !isBound(token)) return { authorization: `Bearer ${token}` }
    const { origin, pathname } = addressOf(url)
    const iat = Math.floor((Date.now() + ahead) / 1000)
    const claims = { htm: method, htu: origin + pathname, iat, nonce: nonces.get(origin) }
    held ??= key(base).catch((error: unknown) => {
      // Asked again the next time.
      held = undefined
      throw error
    })
    const dpop = await prove(await held, token, claims)
    return token === null ? { dpop } : { authorization: `DPoP ${token}`, dpop }
  }
  /** True if the answer refuses a proof for want of a nonce, which is known now. */
  function learn(url: string, status: number, header: (name: string) => string | null): boolean {
    const address = addressOf(url)
    const nonce = header('dpop-nonce')
    if (nonce !== null) nonces.set(address.origin, nonce)
    const date = isOurs(address) ? Date.parse(header('date') ?? '') : NaN
    // To the second, and as old as the way took: what is less than that is no difference.
    if (!Number.isNaN(date)) ahead = Math.abs(date - Date.now()) < 5000 ? 0 : date - Date.now()
    // RFC 9449 §9
    return nonce !== null && status === 401 && /use_dpop_nonce/.test(header('www-authenticate') ?? '')
  }

  function isOurs({ href }: URL): boolean {
    return href.startsWith(`${base}/`)
  }
}

/** Marks what has had its second try for the sake of a nonce; axios carries it along. */
const repeated = 'dpopRepeated'

/** Null without a token, undefined for other schemes. */
const tokenIn = (authorization: string | null | undefined, scheme = 'Bearer'): string | null | undefined =>
  !authorization ? null : new RegExp(`^${scheme} (.+)$`).exec(authorization)?.[1]

/** RFC 9449 §6.1; a token that is none of ours is bound to nothing that is known here. */
const isBound = (token: string): boolean => !!claimsIn<{ cnf: { jkt?: string } }>(token).cnf?.jkt

const addressOf = (url: string): URL => new URL(url, typeof location === 'object' ? location.href : undefined)
