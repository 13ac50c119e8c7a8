import { toBase64url } from '../wire/base64url.ts'
import { AuthClientError } from '../wire/errors.ts'
import type { SignedIn } from '../wire/wire.ts'

/**
 * Storage for a native app's refresh token: the key chain, not a plain file. Shaped like AsyncStorage and localStorage.
 */
export interface TokenStorage {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
}

/** The newest generation that has arrived here, in whichever tab. */
export interface Seen {
  /** The id of the session. */
  id: string
  generation: number
  /** Only where this side keeps the refresh token itself. */
  refreshToken?: string | undefined
}

/** The refresh under way: repeated by whichever tab tries it again, until a newer generation has arrived. */
interface Attempt {
  id: string
  /** The newest session that had arrived when it was made. */
  session?: string
  generation?: number
}

/** A log-out that the server has not heard of yet. */
export interface PendingLogout {
  scope: 'this' | 'all'
  refreshToken?: string | undefined
  /** The cookie session that is to end; the cookie may be another's by then. */
  session?: string | undefined
}

/** Shared by all that share the refresh token: all tabs of the origin, all starts of the app. */
export interface SessionStorage {
  load(name: 'seen'): Promise<Seen | null>
  load(name: 'pending-logout'): Promise<PendingLogout | null>
  /** Without a value it is removed. */
  save(name: 'pending-logout', value?: PendingLogout): Promise<void>
  /** Forgets the session; a log-out that the server has not heard of stays. */
  forget(): Promise<void>
  /** An answer older than what is here changes nothing, unless it is of a new sign-in. */
  received(answer: SignedIn, isSignIn: boolean): Promise<void>
  /** The id to send; stored before this resolves. */
  attempt(): Promise<string>
}

export function createSessionStorage(
  storage: TokenStorage,
  base: string,
  keepsToken: boolean,
): SessionStorage {
  let last: Promise<unknown> = Promise.resolve()

  return {
    load: (name: string) => inOrder(() => load(name)) as Promise<never>,
    save: (name, value) => inOrder(() => save(name, value)),
    forget: () =>
      inOrder(async () => {
        await save('seen')
        await save('attempt')
      }),
    received: ({ session, refreshToken }, isSignIn) =>
      inOrder(async () => {
        const { id, generation } = session
        const next = { id, generation, refreshToken: keepsToken ? refreshToken : undefined }
        const seen = await load('seen')
        const attempt = await load('attempt')
        if (isSignIn || !seen || isNewer(next, seen)) await save('seen', next)
        const isAnswered = attempt?.session !== id || attempt.generation < generation
        if (isAnswered) await save('attempt')
      }),
    attempt: () =>
      inOrder(async () => {
        const pending = await load('attempt')
        if (pending) return pending.id
        const seen = await load('seen')
        const attempt = { id: randomId(), session: seen?.id, generation: seen?.generation }
        await save('attempt', attempt)
        return attempt.id
      }),
  }

  /** One after the other, in the order of the calls: what a log-out forgets stays forgotten. */
  function inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = last.then(work, work)
    last = done
    return done
  }

  async function load(name: string): Promise<(Seen & Attempt) | null> {
    try {
      const value: unknown = JSON.parse((await storage.getItem(keyOf(name))) ?? 'null')
      return typeof value === 'object' ? (value as Seen & Attempt) : null
    } catch {
      // Values that others wrote there, or that were cut off, are ignored.
      return null
    }
  }

  async function save(name: string, value?: object): Promise<void> {
    if (value) await storage.setItem(keyOf(name), JSON.stringify(value))
    else await storage.removeItem(keyOf(name))
  }

  function keyOf(name: string): string {
    return `latchkey:${base}:${name}`
  }
}

/** Ids are UUIDv7: a later session has a greater one. */
export const isNewer = (one: Seen, other: Seen): boolean =>
  one.id === other.id ? one.generation >= other.generation : one.id > other.id

/** 16 bytes in base64url, as the `Refresh-Attempt` header wants them. */
function randomId(): string {
  // Missing in React Native without a polyfill.
  if (!globalThis.crypto?.getRandomValues) {
    throw new AuthClientError('no_randomness', 'Import react-native-get-random-values first.')
  }
  return toBase64url(crypto.getRandomValues(new Uint8Array(16)))
}

/** Lost when the page closes; then the server's leeway alone repairs a lost answer. */
export function memoryStorage(): TokenStorage {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  }
}

/** `localStorage`, or memory where it is blocked: `onBlocked` says so. */
export function browserStorage(onBlocked: () => void): TokenStorage {
  try {
    const probe = 'latchkey'
    localStorage.setItem(probe, '')
    localStorage.removeItem(probe)
    return localStorage
  } catch {
    onBlocked()
    return memoryStorage()
  }
}
