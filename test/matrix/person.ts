import type { SignedIn, UserId } from '@latchkey/contract'
import { expect } from 'vitest'
import { userIdOf } from '#test/support/user-id.ts'
import type { Administration } from '#test/support/administration.ts'
import type { Browser, Reply } from '#test/support/test-latchkey.ts'

/** Somebody with an account, at the device on which it was made, and what they carry about them. */
export interface Person {
  site: Administration
  email: string
  id: UserId
  /** Signed in. */
  home: Browser
  /** Data of methods and factors for this person: a password, a seed, an authenticator. */
  pocket: Map<string, unknown>
}

/** The answer to a sign-in, by any method. */
export type Step = Reply<SignedIn & { next?: string; ticket?: string; factors?: string[] }>

/** A way in. */
export interface SignInMethod {
  name: string
  /** The `amr` of the session when no second factor was asked for. */
  amr: readonly string[]
  aal: 1 | 2
  /** False for mail, which proves no factor of its own (NIST SP 800-63B-4). */
  isFactor: boolean
  /** Makes an account that this way opens, and signs in at `home`. */
  register(site: Administration, email: string): Promise<Person>
  /** From a device that knows nobody. Null where nothing came that could be answered: no mail, no challenge. */
  signIn(person: Person, tab: Browser): Promise<Step | null>
  /** Proves the person again within the session, by this way or by another that all of its accounts have. */
  stepUp: { name: string; prove: (person: Person, tab: Browser) => Promise<Reply<SignedIn>> }
}

/** A second factor. */
export interface SecondFactor {
  name: string
  amr: readonly string[]
  /** As for a way. */
  isFactor: boolean
  /** Ways that are this very thing, and so are not asked for it. */
  isPartOf: readonly string[]
  enrol(person: Person): Promise<void>
  /** Finishes the sign-in that waits with the ticket. */
  answer(person: Person, tab: Browser, ticket: string): Promise<Reply<SignedIn>>
  stepUp(person: Person, tab: Browser): Promise<Reply<SignedIn>>
}

/** Keeps the tokens of an answer in the browser that got it. */
export function carry(tab: Browser, reply: Reply<SignedIn>): SignedIn {
  expect([reply.status, reply.code]).toEqual([reply.status === 201 ? 201 : 200, undefined])
  tab.token = reply.body.accessToken
  return reply.body
}

export const newPerson = (
  site: Administration,
  home: Browser,
  signedIn: SignedIn,
  pocket: Iterable<[string, unknown]> = [],
): Person => ({
  site,
  home,
  email: signedIn.user.email,
  id: userIdOf(signedIn.user.id),
  pocket: new Map(pocket),
})
