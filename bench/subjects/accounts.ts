import type { Credential } from '../harness/subject.ts'

/** Few accounts with many sessions each: sign-up and sign-in cost a password hash, a session hardly anything. */
const accounts = 16

/**
 * An account for a sign-in whose session nobody uses. They are others than those of the sessions that are kept: an account
 * keeps so many sessions, and each new one ends the oldest.
 */
export const visitor = (turn: number): Account => account(accounts + (turn % accounts), 2 * accounts)

export interface Account {
  readonly email: string
  readonly password: string
  readonly name: string
}

function account(turn: number, of = accounts): Account {
  const number = turn % of
  return {
    email: `user-${number}@example.com`,
    password: `violet-anchor-${number}-harbour`,
    name: `User ${number}`,
  }
}

export async function signUpAccounts(
  sessions: number,
  client: { register(who: Account): Promise<unknown>; signIn(who: Account): Promise<Credential> },
): Promise<Credential[]> {
  for (let turn = 0; turn < Math.min(accounts, sessions); turn++) {
    await client.register(account(turn))
    await client.register(visitor(turn))
  }
  const credentials: Credential[] = []
  while (credentials.length < sessions) credentials.push(await client.signIn(account(credentials.length)))
  return credentials
}
