import { hours } from '@latchkey/contract'
import { type Database, type Queryable, UniqueViolation } from '../db/database.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Limit, Limits } from '../core/limits/limits.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import { requireEmailAddress } from '../core/mail/require-email-address.ts'
import type { Ports } from '../core/ports/ports.ts'
import { uuidV7 } from '../core/ports/uuid.ts'
import { networkOfCaller, type RequestContext } from '../core/request/request-context.ts'
import type { Account } from '../identity/users/account.ts'
import type { AddressUndo } from './address-undo.ts'
import { insertAccount } from '../identity/users/store.ts'

/** The creation of accounts, whatever the method. */
export interface NewAccounts {
  /** Returns the address as it will be stored. Throws `registration_closed`, `invalid_input`, `rate_limited`. */
  admit(email: string, request: RequestContext): Promise<string>
  /**
   * Inserts every new account. Throws `email_taken` for an address that a former owner may still take back. A violation
   * within the transaction becomes `email_taken` only by {@link unlessTaken}.
   */
  insert(tx: Queryable, account: NewAccount): Promise<Account>
  /** Runs a transaction that makes an account. Throws `email_taken` if a concurrent request was faster. */
  unlessTaken<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>
}

export interface NewAccount {
  email: string
  name: string | null
  /** True if the address is verified. */
  isVerified: boolean
  /** @default unknown */
  locale?: string | null
  /** @default none */
  roles?: readonly string[]
}

export interface NewAccountsOptions {
  db: Database
  ports: Ports
  limits: Limits
  addressUndo: AddressUndo
  registration: 'open' | 'closed'
}

/** Each sends a mail, and so does deleting the account that it makes. */
const registrationsPerAddress: Limit = { name: 'registrations-per-address', most: 5, window: hours(1) }
const registrationsPerNetwork: Limit = { name: 'registrations-per-network', most: 200, window: hours(1) }

export function createNewAccounts(options: NewAccountsOptions): NewAccounts {
  const { db, ports, limits } = options

  return { admit, insert, unlessTaken }

  async function admit(email: string, request: RequestContext): Promise<string> {
    if (options.registration === 'closed') throw new AuthError('registration_closed')
    const address = requireEmailAddress(email)
    await limits.take(registrationsPerNetwork, networkOfCaller(request))
    await limits.take(registrationsPerAddress, normalizeEmail(address))
    return address
  }

  async function insert(
    tx: Queryable,
    { email, name, isVerified, locale = null, roles = [] }: NewAccount,
  ): Promise<Account> {
    const now = ports.now()
    const lookup = normalizeEmail(email)
    const emailVerifiedAt = isVerified ? now : null
    const address = { email, lookup, emailVerifiedAt }
    const made = { id: uuidV7(ports), ...address, name, locale, roles: [...roles], now }
    const account = await insertAccount(tx, made)
    await options.addressUndo.requireFree(tx, email, account.id)
    return account
  }

  async function unlessTaken<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (error instanceof UniqueViolation) throw new AuthError('email_taken', { cause: error })
      throw error
    }
  }
}
