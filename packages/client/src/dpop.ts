import type { AxiosError, AxiosInstance, AxiosResponse } from 'axios'
import type { Bind } from './transport/bind.ts'

export type { Bind } from './transport/bind.ts'

/** A key whose private half signs and does nothing else. */
export interface DpopKey {
  /** The public half of an ECDSA key on P-256. */
  jwk: { kty: string; crv: string; x: string; y: string }
  /** r and s, 32 bytes each (IEEE P1363), over the SHA-256 of `input`. */
  sign(input: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
}

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
 * For `createAuthClient({ bind: dpop() })`: refresh and access tokens are worth nothing without the key of this
 * installation (RFC 9449). Throws TypeError where the platform has no `crypto.subtle` and no key is handed in.
 */
export function dpop({ key = ownKey }: DpopOptions = {}): Bind {
  if (key === ownKey && !globalThis.crypto?.subtle) {
    throw new TypeError('dpop: crypto.subtle is missing here; hand in a key. See docs/sender-constrained.md.')
  }
  /** By origin. */
  const nonces = new Map<string, string>()
  let base = ''
  let held: Promise<DpopKey> | undefined
  /** What the server's clock is ahead of this one, in milliseconds, where it may be read. */
  let ahead = 0

  return { wrap, attach, headers }

  function wrap(send: typeof fetch, at: string): typeof fetch {
    base = at
    return async (input, init) => {
      const request = input instanceof Request ? input : null
      const sent = new Headers(init?.headers ?? request?.headers)
      const url = input instanceof Request ? input.url : String(input)
      const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
      const token = tokenIn(sent.get('authorization'))
      if (token === undefined || !needsProof(url, token)) return send(input, init)
      const attempt = async () => {
        for (const [name, value] of Object.entries(await headers({ url, method, token })))
          sent.set(name, value)
        return await send(request?.clone() ?? input, { ...init, headers: sent })
      }
      // A stream is gone once it has been sent.
      const isRepeatable = !(init?.body instanceof ReadableStream)
      const answer = await attempt()
      const asks = learn(url, answer.status, (name) => answer.headers.get(name))
      if (!asks || !isRepeatable) return answer
      const second = await attempt()
      learn(url, second.status, (name) => second.headers.get(name))
      return second
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

  function needsProof(url: string, token: string | null): boolean {
    return token === null ? addressOf(url).href.startsWith(`${base}/`) : isBound(token)
  }

  async function headers(request: {
    url: string
    method: string
    token: string | null
  }): Promise<Record<string, string>> {
    const { token } = request
    if (token !== null && !isBound(token)) return { authorization: `Bearer ${token}` }
    const dpop = await prove(request)
    return token === null ? { dpop } : { authorization: `DPoP ${token}`, dpop }
  }

  /** RFC 9449 §4.2. */
  async function prove(request: { url: string; method: string; token: string | null }): Promise<string> {
    const { method, token } = request
    const { origin, pathname } = addressOf(request.url)
    const { jwk, sign } = await (held ??= hold())
    const { kty, crv, x, y } = jwk
    const payload = {
      jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
      htm: method,
      htu: origin + pathname,
      iat: Math.floor((Date.now() + ahead) / 1000),
      nonce: nonces.get(origin),
      ath: token === null ? undefined : base64url(await crypto.subtle.digest('SHA-256', utf8(token))),
    }
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }
    const input = [header, payload].map((part) => base64url(utf8(JSON.stringify(part)))).join('.')
    return `${input}.${base64url(await sign(utf8(input)))}`
  }

  function hold(): Promise<DpopKey> {
    return key(base).catch((error: unknown) => {
      // Asked again the next time.
      held = undefined
      throw error
    })
  }

  function learn(url: string, status: number, header: (name: string) => string | null): boolean {
    const { origin, href } = addressOf(url)
    const nonce = header('dpop-nonce')
    if (nonce !== null) nonces.set(origin, nonce)
    const date = href.startsWith(`${base}/`) ? Date.parse(header('date') ?? '') : NaN
    // To the second, and as old as the way took: what is less than that is no difference.
    if (!Number.isNaN(date)) ahead = Math.abs(date - Date.now()) < 5000 ? 0 : date - Date.now()
    // RFC 9449 §9
    return nonce !== null && status === 401 && /use_dpop_nonce/.test(header('www-authenticate') ?? '')
  }
}

/** Marks what has had its second try for the sake of a nonce; axios carries it along. */
const repeated = 'dpopRepeated'

/** Null without any, undefined for what is none of ours. */
const tokenIn = (authorization: string | null | undefined, scheme = 'Bearer'): string | null | undefined =>
  !authorization ? null : new RegExp(`^${scheme} (.+)$`).exec(authorization)?.[1]

/** RFC 9449 §6.1; a token that is none of ours is bound to nothing that is known here. */
function isBound(token: string): boolean {
  try {
    const payload = token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')
    return !!(JSON.parse(atob(payload)) as { cnf?: { jkt?: string } }).cnf?.jkt
  } catch {
    return false
  }
}

const addressOf = (url: string): URL => new URL(url, typeof location === 'object' ? location.href : undefined)

const utf8 = (text: string) => new TextEncoder().encode(text)

const base64url = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/={1,2}$/, '')

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A key of the Web Cryptography API, as `generateKey` makes it; for platforms that keep such keys in their own way. */
export async function webCryptoKey({ publicKey, privateKey }: CryptoKeyPair): Promise<DpopKey> {
  return {
    jwk: (await crypto.subtle.exportKey('jwk', publicKey)) as DpopKey['jwk'],
    sign: (input) => crypto.subtle.sign(algorithm, privateKey, input),
  }
}

async function ownKey(base: string): Promise<DpopKey> {
  return await webCryptoKey(await keptPair(base))
}

async function keptPair(base: string): Promise<CryptoKeyPair> {
  try {
    return (await inStore('readonly', (store) => store.get(base))) ?? (await keep(base, await newPair()))
  } catch {
    // No IndexedDB here, or one that keeps no keys (some browsers' private windows): the session lasts as long as the page.
    return await newPair()
  }
}

/** Not extractable: a script in the page can have it sign, and never take it away. */
const newPair = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(algorithm, false, ['sign'])

/** Of two tabs that make one at the same time the first is kept, and both use that. */
const keep = (base: string, pair: CryptoKeyPair): Promise<CryptoKeyPair> =>
  inStore('readwrite', async (store) => {
    const known = await outcomeOf<CryptoKeyPair | undefined>(store.get(base))
    if (known) return known
    await outcomeOf(store.put(pair, base))
    return pair
  })

async function inStore<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result> | Promise<Result>,
): Promise<Result> {
  const opening = indexedDB.open('latchkey', 1)
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('keys'))
  const database = await outcomeOf(opening)
  try {
    const done = work(database.transaction('keys', mode).objectStore('keys'))
    return await (done instanceof Promise ? done : outcomeOf(done))
  } finally {
    database.close()
  }
}

const outcomeOf = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error!))
  })
