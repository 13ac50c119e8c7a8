import { toBase64url } from '../wire/base64url.ts'

/** A key whose private half signs and does nothing else. */
export interface DpopKey {
  /** The public half of an ECDSA key on P-256. */
  jwk: { kty: string; crv: string; x: string; y: string }
  /** r and s, 32 bytes each (IEEE P1363), over the SHA-256 of `input`. */
  sign(input: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
}

/** A proof with these claims, of a request that goes out with `token` (RFC 9449 §4.2). */
export async function prove({ jwk, sign }: DpopKey, token: string | null, claims: object): Promise<string> {
  const { kty, crv, x, y } = jwk
  const payload = {
    jti: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
    ...claims,
    ath: token === null ? undefined : toBase64url(await crypto.subtle.digest('SHA-256', utf8(token))),
  }
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }
  const input = [header, payload].map((part) => toBase64url(utf8(JSON.stringify(part)))).join('.')
  return `${input}.${toBase64url(await sign(utf8(input)))}`
}

const utf8 = (text: string) => new TextEncoder().encode(text)

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A key of the Web Cryptography API, as `generateKey` makes it; for platforms that keep such keys in their own way. */
export async function webCryptoKey({ publicKey, privateKey }: CryptoKeyPair): Promise<DpopKey> {
  return {
    jwk: (await crypto.subtle.exportKey('jwk', publicKey)) as DpopKey['jwk'],
    sign: (input) => crypto.subtle.sign(algorithm, privateKey, input),
  }
}

/** Kept in IndexedDB and shared by all tabs; in memory where there is none. */
export async function ownKey(base: string): Promise<DpopKey> {
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

/** Keeps the first of two that tabs make at the same time; both use that. */
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
