import { hkdfSync, randomBytes } from 'node:crypto'
import type { HashPool } from './hash-pool.ts'
import {
  type Argon2Cost,
  argon2Cost,
  makeArgon2Hash,
  parseArgon2Hash,
  type Pepper,
} from './hashes/argon2-hash.ts'
import { parseBcryptHash } from './hashes/bcrypt-hash.ts'
import { parsePbkdf2Hash } from './hashes/pbkdf2-hash.ts'
import { parseScryptHash } from './hashes/scrypt-hash.ts'
import type { StoredHash } from './hashes/stored-hash.ts'
import { isPasswordTooLong } from './password-policy.ts'

/** Makes and verifies password hashes. Everything heavy waits for its turn in the pool. */
export interface PasswordHash {
  /**
   * A new Argon2id hash as a PHC string. The password is brought to NFC, so that it does not matter how a
   * keyboard composes its letters.
   *
   * @throws {AuthError} `overloaded` if the pool is full
   * @throws {TypeError} if the password is longer than the policy allows: it must have been refused before
   */
  hashPassword(password: string): Promise<string>
  /**
   * Compares a password with our own or a foreign hash. Never throws on a bad hash: an exception would answer
   * 500 where an unknown user gets 401, and so tell which accounts exist.
   *
   * @throws {AuthError} `overloaded` if the pool is full
   */
  verifyPassword(hash: string, password: string): Promise<PasswordVerdict>
  /** A hash that no password has. Verifying it costs what a current hash costs: for users that do not exist. */
  readonly dummyHash: string
}

export interface PasswordVerdict {
  ok: boolean
  /** The password is right, and its hash is foreign, weaker than ours or without the pepper: make a new one. */
  needsRehash: boolean
  /** Why no password can be right; for the operator's log. */
  fault?: 'unsupported_hash' | 'unknown_pepper'
}

/** @param pepper a secret that goes into new hashes; the database alone then does not allow guessing */
export function createPasswordHash({
  pool,
  pepper: pepperText = null,
  cost = argon2Cost,
}: {
  pool: Pick<HashPool, 'run'>
  pepper?: string | null
  cost?: Argon2Cost | undefined
}): PasswordHash {
  const pepper = pepperText === null ? null : derivePepper(pepperText)
  const dummyHash = makeDummyHash(cost)

  async function hashPassword(password: string): Promise<string> {
    if (isPasswordTooLong(password)) throw new TypeError('The password is longer than the policy allows.')
    return pool.run(() => makeArgon2Hash(password.normalize('NFC'), pepper, cost))
  }

  async function verifyPassword(hash: string, password: string): Promise<PasswordVerdict> {
    // The same for every user, so that it tells nothing.
    if (isPasswordTooLong(password)) return { ok: false, needsRehash: false }
    const argon2 = parseArgon2Hash(hash)
    if (argon2?.pepperId && argon2.pepperId !== pepper?.id) return failLate(password, 'unknown_pepper')
    if (argon2) return verifyArgon2(argon2, password)
    const foreign = parseForeignHash(hash)
    if (!foreign) return failLate(password, 'unsupported_hash')
    const ok = await matches((spelling) => foreign.matches(spelling), password)
    return { ok, needsRehash: ok }
  }

  async function verifyArgon2(
    argon2: NonNullable<ReturnType<typeof parseArgon2Hash>>,
    password: string,
  ): Promise<PasswordVerdict> {
    const ok = await matches(
      (spelling) => argon2.matches(spelling, argon2.pepperId ? pepper : null),
      password,
    )
    const isCurrent = argon2.isAsStrongAs(cost) && (argon2.pepperId !== null || pepper === null)
    return { ok, needsRehash: ok && !isCurrent }
  }

  // A hash that cannot be verified must take as long as one that can.
  async function failLate(
    password: string,
    fault: NonNullable<PasswordVerdict['fault']>,
  ): Promise<PasswordVerdict> {
    await verifyPassword(dummyHash, password)
    return { ok: false, needsRehash: false, fault }
  }

  // Our own hashes are of the NFC spelling; a system from which users were imported may have hashed what was typed.
  const matches = (compare: (spelling: string) => Promise<boolean>, password: string): Promise<boolean> =>
    pool.run(async () => {
      const spelling = password.normalize('NFC')
      return (await compare(spelling)) || (spelling !== password && (await compare(password)))
    })

  return { hashPassword, verifyPassword, dummyHash }
}

/** True if a hash from elsewhere can be imported: its format is known and its cost within bounds. */
export const isSupportedHash = (text: string): boolean => {
  const argon2 = parseArgon2Hash(text)
  return argon2 ? argon2.pepperId === null : parseForeignHash(text) !== null
}

const parseForeignHash = (text: string): StoredHash | null =>
  parseBcryptHash(text) ?? parseScryptHash(text) ?? parsePbkdf2Hash(text)

/*
 * The pepper is Argon2's own secret input, and the PHC field `keyid` says which pepper it was: hashes from before
 * it was set have none and still verify, and hashes under another one are told from wrong passwords. HMAC before
 * hashing was the alternative; it needs a format of its own.
 */
function derivePepper(text: string): Pepper {
  const derive = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', text, '', `latchkey password pepper ${purpose}`, bytes))
  return { id: derive('id', 6).toString('base64'), key: derive('key', 32) }
}

function makeDummyHash({ memoryCost, timeCost, parallelism }: Argon2Cost): string {
  const base64 = (bytes: number): string =>
    randomBytes(bytes)
      .toString('base64')
      .replace(/={1,2}$/, '')
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(16)}$${base64(32)}`
}
