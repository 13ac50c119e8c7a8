import { AuthClientError } from './errors.ts'
import type { SignedIn } from './wire.ts'

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
  refreshToken?: string
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
}

/** What everything that shares the refresh token shares: all tabs of the origin, all starts of the app. */
export interface Vault {
  seen(): Promise<Seen | null>
  /** After a refresh or a step-up; an answer older than what is here changes nothing. */
  received(answer: SignedIn): Promise<void>
  /** After a sign-in. */
  replace(answer: SignedIn): Promise<void>
  /** After a log-out or a refusal. */
  forget(): Promise<void>
  /** The id to send; stored before this resolves. */
  attempt(): Promise<string>
  debt(): Promise<Debt | null>
  owe(debt: Debt): Promise<void>
  settle(): Promise<void>
}

export function createVault(storage: TokenStorage, base: string, keepsToken: boolean): Vault {
  const key = (name: string) => `latchkey:${base}:${name}`
  const load = async <Value>(name: string) => parse(await storage.getItem(key(name))) as Value | null
  const save = async (name: string, value: unknown) =>
    void (await storage.setItem(key(name), JSON.stringify(value)))
  const drop = async (...names: string[]) => {
    for (const name of names) await storage.removeItem(key(name))
  }
  const loadSeen = () => load<Seen>('seen')
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other, in the order of the calls: what a log-out forgets stays forgotten. */
  const inOrder = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = last.then(work, work)
    last = done.catch(() => {})
    return done
  }

  return {
    seen: () => inOrder(loadSeen),
    received: (answer) => inOrder(() => receive(answer)),
    replace: (answer) =>
      inOrder(async () => {
        await save('seen', seenIn(answer))
        await drop('attempt')
      }),
    forget: () => inOrder(() => drop('seen', 'attempt')),
    attempt: () => inOrder(findAttempt),
    debt: () => inOrder(() => load<Debt>('debt')),
    owe: (debt) => inOrder(() => save('debt', debt)),
    settle: () => inOrder(() => drop('debt')),
  }

  async function receive(answer: SignedIn): Promise<void> {
    const known = await loadSeen()
    const next = seenIn(answer)
    if (!known || isNewer(next, known)) await save('seen', next)
    const attempt = await load<Attempt>('attempt')
    if (attempt && (attempt.session !== next.session || next.generation > (attempt.generation ?? -1))) {
      await drop('attempt')
    }
  }

  async function findAttempt(): Promise<string> {
    const pending = await load<Attempt>('attempt')
    if (pending) return pending.id
    const known = await loadSeen()
    const id = randomId()
    await save('attempt', { id, session: known?.session, generation: known?.generation })
    return id
  }

  function seenIn({ session, refreshToken }: SignedIn): Seen {
    const { id, generation } = session
    return { session: id, generation, ...(keepsToken && refreshToken !== undefined && { refreshToken }) }
  }
}

/** Ids are UUIDv7: a later session has a greater one. */
export const isNewer = (one: Seen, other: Seen): boolean =>
  one.session === other.session ? one.generation >= other.generation : one.session > other.session

/** What somebody else wrote there, or cut off, counts as nothing. */
function parse(text: string | null): unknown {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

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
