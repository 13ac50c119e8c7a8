import type { UserId } from '@latchkey/contract'
import { expect } from 'vitest'
import { parseUuid, uuidV7 } from '../../packages/server/src/core/ports/uuid.ts'
import { statement } from '../../packages/server/src/db/statement.ts'
import {
  insertLinkedAccount,
  listLinkedAccounts,
} from '../../packages/server/src/methods/federation/store.ts'
import { firstOf } from '#test/support/must.ts'
import { type LyingProvider, startLyingProvider } from '#test/support/lying-provider.ts'
import { type Machinery, startMachinery } from '#test/support/machines.ts'
import type { Browser, Reply, Store, TestOptions } from '#test/support/test-latchkey.ts'
import type { Person } from './person.ts'
import { byPassword } from './sign-in-methods.ts'

/** The setting of races: an installation with an administrator, and ada. */
export interface Arena extends Machinery {
  ada: Person
  home: Browser
  provider: LyingProvider
  id: UserId
  /** Browsers that are signed in as ada, by password alone. */
  tabs(count: number): Promise<Browser[]>
  sql<Row = Record<string, unknown>>(text: string, values?: Record<string, unknown>): Promise<Row[]>
}

export interface Race {
  /** The condition that holds afterwards. */
  name: string
  /** Written by every racer after they have read what they decide by. */
  table: string
  /** Files whose locks this is about. */
  covers: readonly string[]
  options?: TestOptions
  lay: (arena: Arena) => Promise<(() => Promise<unknown>)[]>
  check: (arena: Arena, outcomes: unknown[]) => unknown
}

export const email = 'ada@example.com'

export async function openArena(store: Store, options: TestOptions = {}): Promise<Arena> {
  const provider = startLyingProvider()
  const machinery = await startMachinery(store, {
    signInMethods: ['password', 'passkey', 'sms-code'],
    oidcProviders: [provider.settings],
    outgoingPrivateHosts: ['localhost'],
    ...options,
  })
  const ada = await byPassword.register(machinery, email)
  provider.follow(machinery.clock.now)
  return { ...machinery, provider, ada, home: ada.home, id: ada.id, tabs, sql }

  async function tabs(count: number): Promise<Browser[]> {
    machinery.clock.advance(1000)
    const all = Array.from({ length: count }, () => machinery.browser())
    for (const tab of all) expect((await tab.login(email, 'correct horse battery')).status).toBe(200)
    return all
  }

  async function sql<Row>(text: string, values: Record<string, unknown> = {}): Promise<Row[]> {
    return (await machinery.latchkey.services.db.all(statement(text), values as never)) as Row[]
  }
}

/** The code of a refusal, or the status. */
export const said = async (reply: Promise<Reply<unknown>>): Promise<unknown> => {
  const { code, status } = await reply
  return code ?? status
}

/** The same of what is called within the process. */
export const done = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? 'failed',
  )

export const repeated = (count: number, work: (index: number) => Promise<unknown>) =>
  Array.from({ length: count }, (_, index) => () => work(index))

/** Returns the successful outcomes of racers that are alike. */
export const winners = (outcomes: readonly unknown[]): unknown[] =>
  outcomes.filter((each) => each === 'done' || (typeof each === 'number' && each < 300))

/** An account of ada's at the provider; its id here. */
export async function link({ latchkey, id }: Arena, subject = 'ada'): Promise<string> {
  const { db, ports } = latchkey.services
  const identity = { provider: 'acme', issuer: 'https://issuer.example', subject }
  const about = { email: null, name: null, tokens: null, now: ports.now() }
  await db.transaction((tx) =>
    insertLinkedAccount(tx, { id: uuidV7(ports), userId: id, ...identity, ...about }),
  )
  return firstOf(await listLinkedAccounts(db, id)).id
}

export const ofAda = ({ id }: Arena) => ({ id: parseUuid(id) })
