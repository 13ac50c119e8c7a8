import type { Credential } from '../harness/subject.ts'

/** Few accounts with many sessions each: sign-up and sign-in cost a password hash, a session hardly anything. */
const accounts = 16

export interface Account {
  readonly email: string
  readonly password: string
  readonly name: string
}

export function account(turn: number): Account {
  const number = turn % accounts
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
  for (let turn = 0; turn < Math.min(accounts, sessions); turn++) await client.register(account(turn))
  const credentials: Credential[] = []
  while (credentials.length < sessions) credentials.push(await client.signIn(account(credentials.length)))
  return credentials
}
