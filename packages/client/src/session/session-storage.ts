import { AuthClientError } from '../wire/errors.ts'
import type { SignedIn } from '../wire/wire.ts'

/** Where a native app keeps its refresh token: the key chain, not a plain file. As in AsyncStorage and localStorage. */
export interface TokenStorage {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
}

/** The newest generation that has arrived here, in whichever tab. */
export interface Seen {
  session: string
  generation: number
  /** Only where this side keeps the refresh token itself. */
  refreshToken?: string | undefined
}

/** The refresh under way: repeated by whichever tab tries it again, until a newer generation has arrived. */
interface Attempt {
  id: string
  /** What had arrived when it was made. */
  session?: string
  generation?: number
}

/** A log-out that the server has not heard of yet. */
export interface Debt {
  scope: 'this' | 'all'
  refreshToken?: string | undefined
  /** Of a cookie session: the one that is to end, while the cookie may be another's by then. */
  session?: string | undefined
}

/** What everything that shares the refresh token shares: all tabs of the origin, all starts of the app. */
export interface Vault {
  load(name: 'seen'): Promise<Seen | null>
  load(name: 'debt'): Promise<Debt | null>
  /** Without a value it is removed. */
  save(name: 'seen' | 'attempt' | 'debt', value?: Debt): Promise<void>
  /** An answer older than what is here changes nothing, unless it is of a new sign-in. */
  received(answer: SignedIn, isSignIn: boolean): Promise<void>
  /** The id to send; stored before this resolves. */
  attempt(): Promise<string>
}

export function createVault(storage: TokenStorage, base: string, keepsToken: boolean): Vault {
  let last: Promise<unknown> = Promise.resolve()

  return {
    load: (name: string) => inOrder(() => load(name)) as Promise<never>,
    save: (name, value) => inOrder(() => save(name, value)),
    received: ({ session, refreshToken }, isSignIn) =>
      inOrder(async () => {
        const { id, generation } = session
        const next = { session: id, generation, refreshToken: keepsToken ? refreshToken : undefined }
        const [seen, attempt] = [await load('seen'), await load('attempt')]
        if (isSignIn || !seen || isNewer(next, seen)) await save('seen', next)
        const isAnswered = attempt?.session !== id || !(attempt.generation >= generation)
        if (isSignIn || isAnswered) await save('attempt')
      }),
    attempt: () =>
      inOrder(async () => {
        const pending = (await load('attempt')) as Attempt | null
        if (pending) return pending.id
        const seen = await load('seen')
        const attempt = { id: randomId(), session: seen?.session, generation: seen?.generation }
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

  async function load(name: string): Promise<Seen | null> {
    try {
      const value: unknown = JSON.parse((await storage.getItem(keyOf(name))) ?? 'null')
      return typeof value === 'object' ? (value as Seen) : null
    } catch {
      // What somebody else wrote there, or cut off, counts as nothing.
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
  one.session === other.session ? one.generation >= other.generation : one.session > other.session

/** 16 bytes in base64url, as the `Refresh-Attempt` header wants them. */
function randomId(): string {
  // Missing in React Native without a polyfill.
  if (!globalThis.crypto?.getRandomValues) {
    throw new AuthClientError(
      'no_randomness',
      'crypto.getRandomValues is missing: import react-native-get-random-values first.',
    )
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .slice(0, 22)
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
