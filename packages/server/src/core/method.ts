import type { Instant, UserId } from '@latchkey/contract'
import type { Database, Queryable } from '../db/database.ts'
import type { Migration } from '../db/migrations.ts'
import type { Audit } from './audit/audit.ts'
import type { Vault } from './keys/vault.ts'
import type { Limits } from './limits/limits.ts'
import type { Outbox } from './mail/outbox.ts'
import type { Ports } from './ports/ports.ts'
import type { Route } from './route.ts'
import type { Account } from './users/account.ts'

/**
 * `owner_arrived`: somebody proved the address of an account that had never been proven. Whatever stands there may be a
 * stranger's, who waited for the owner: every credential goes. `email_change_undone`: the owner took the account back by
 * the link that a thief's change of address had mailed to them; whatever the thief may have added goes.
 * `factors_reset`: an administrator lets a user in again who has lost their second factor: what is asked for at sign-in
 * after another method goes.
 */
export type CredentialChange = 'email_changed' | 'owner_arrived' | 'email_change_undone' | 'factors_reset'

/**
 * What a method of signing in answers when something happens to a user. No defaults: a method that has nothing to do
 * says so, with the reason. Each runs inside the transaction of the event and awaits only `tx`.
 */
export interface Lifecycle {
  onUserDeleted: (tx: Queryable, userId: UserId) => Promise<void>
  onUserDisabled: (tx: Queryable, userId: UserId) => Promise<void>
  onCredentialsChanged: (tx: Queryable, userId: UserId, reason: CredentialChange) => Promise<void>
  /** How many credentials of this method could sign the user in. */
  countUsable: (db: Queryable, userId: UserId) => Promise<number>
  /** What this method holds of the user, without anything that signs in. */
  exportUserData: (db: Queryable, userId: UserId) => Promise<Record<string, unknown>>
}

/** What somebody sends to prove a factor. */
export type FactorAnswer = { code: string } | { response: Record<string, unknown> }

/** What a factor asks for, where it has to ask: a code that was sent, a challenge that is to be signed. */
export interface FactorChallenge {
  /** For the client. */
  options: Record<string, unknown>
  /** For {@link Factor.verify}; kept sealed with the sign-in that waits for it. Plain JSON. */
  state: Record<string, unknown>
}

export interface FactorClaim {
  userId: UserId
  answer: FactorAnswer
  /** Of the last {@link Factor.begin} of this very sign-in; null without one. */
  state: Record<string, unknown> | null
  /** Where the request comes from: for mails and the audit trail. */
  origin: { ip: string | null; userAgent: string | null }
}

/**
 * Uses the proof up, in the transaction that counts it, by a statement that works once; awaits only `tx`. False when
 * somebody was faster.
 */
export type Redeem = (tx: Queryable) => Promise<boolean>

/** What somebody has of a factor. */
export interface Enrolled {
  /** Null where that is not known. */
  since: Instant | null
  /** How many times it can still be used; null where it does not wear out. */
  left: number | null
}

/**
 * Keeps what was proven, in the transaction that uses the ceremony up; awaits only `tx`. With `'first'` it takes nobody's
 * place. False when somebody was faster.
 */
export type Keep = (tx: Queryable, as: 'first' | 'any') => Promise<'added' | 'replaced' | false>

/** How a user comes to have a factor: what it needs, then a proof that they have it. No transaction is open in either. */
export interface Enrolment {
  /** Nothing counts yet. */
  begin: (db: Database, account: Account) => Promise<FactorChallenge>
  /** Null for a wrong answer. `state` is that of the last begin of this very ceremony. */
  verify: (db: Queryable, claim: FactorClaim) => Promise<Keep | null>
}

/** A method as the second factor of those who signed in by another one. */
export interface Factor {
  /** As the API calls it: `totp`. */
  name: string
  /** What a session proven by it says of itself (RFC 8176); `mfa` is added. */
  amr: readonly string[]
  /** Stands in for other factors and asks nobody for a second one by itself: recovery codes. */
  isBackup?: boolean
  /**
   * Methods after which it would prove the same thing again and is not asked for: a code by mail after a link by mail.
   * @default only its own method
   */
  notAfter?: readonly string[]
  /**
   * False where it is a second step and no second factor: a session that it finishes stays at aal1, without `mfa`.
   * @default true
   */
  isFactor?: false
  /** Whether this user is asked for it after another method. */
  isEnrolled: (db: Queryable, userId: UserId) => Promise<boolean>
  /**
   * Whether this user may prove it within a session, where that is more than being asked for it at sign-in: a code by mail
   * for whoever has no password. @default isEnrolled
   */
  canStepUp?: (db: Queryable, userId: UserId) => Promise<boolean>
  /** For factors that ask. May take its time: no transaction is open. */
  begin?: (db: Database, userId: UserId) => Promise<FactorChallenge>
  /**
   * Holds the answer against what the user has enrolled, if anything. Null for a wrong one; tries and limits are counted
   * before. No transaction is open and nothing may be used up yet: that is for what it returns.
   */
  verify: (db: Queryable, claim: FactorClaim) => Promise<Redeem | null>
  /** After what was redeemed is committed. */
  afterUse?: (userId: UserId, origin: FactorClaim['origin']) => void
  /** Where it can be set up at sign-in, by whoever must have a second factor and has none. */
  enrolment?: Enrolment
  /** For the list of factors. @default enrolled, and nothing else is known */
  describe?: (db: Queryable, userId: UserId) => Promise<Enrolled | null>
  /** Takes it off the user as a whole; false where there was none. */
  remove?: (tx: Queryable, userId: UserId) => Promise<boolean>
  /** Of a stand-in: made with the user's first factor, and shown once. */
  makeCodes?: (tx: Queryable, userId: UserId) => Promise<string[]>
}

/** A way to prove who one is: a folder under `methods/`, or a third party's. */
export interface Method {
  name: string
  /** RFC 8176. */
  amr: readonly string[]
  routes: readonly Route[]
  migrations: readonly Migration[]
  lifecycle: Lifecycle
  /** Where it can be asked for after another method. */
  factor?: Factor
}

export const defineMethod = (method: Method): Method => method

/** What a method is made of beside its own code. */
export interface MethodParts {
  db: Database
  ports: Ports
  limits: Limits
  audit: Audit
  outbox: Outbox
  /** For secrets of users that must be read again, such as a seed. */
  vault: Vault
}

/** A method of the application's own, for `createLatchkey({ methods })`. */
export type CreateMethod = (parts: MethodParts) => Method

/**
 * Throws TypeError where methods would get in each other's way: a name twice, or tables that do not carry the
 * method's name.
 */
export function requireDistinct(methods: readonly Method[]): void {
  requireOnce(
    'method',
    methods.map(({ name }) => name),
  )
  requireOnce(
    'factor',
    methods.flatMap(({ factor }) => factor?.name ?? []),
  )
  for (const { name, migrations } of methods) {
    const stray = migrations.find(({ id }) => !id.startsWith(`${name}/`))
    if (stray) throw new TypeError(`migration ${stray.id} of method ${name} must be called ${name}/…`)
  }
}

function requireOnce(kind: string, names: readonly string[]): void {
  for (const name of names) {
    if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name))
      throw new TypeError(
        `${kind} ${JSON.stringify(name)} must start with a letter and hold only a-z 0-9 _ -`,
      )
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TypeError(`two methods bring the ${kind} ${twice}`)
}
