import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { AuthError } from '../auth-error.ts'

/**
 * Purposes of keys. Each has keys of its own (HKDF, RFC 5869), so that a key for one never opens a value of another.
 */
const purposes = [
  'refresh-token',
  'session-cookie',
  'form-token',
  'signing-keys',
  'challenges',
  'outbox',
  'device',
  'cursor',
  'codes',
  'credentials',
  'dpop-nonce',
  'device-cookie',
  'device-challenge',
  'recovery-codes',
  'feed-mark',
] as const
export type Purpose = (typeof purposes)[number]

export interface DerivedKey {
  /** One byte that stands in tokens and sealed values; equal ids in a ring are both tried. */
  id: number
  /** A KeyObject, not bytes: Node would convert those for every HMAC, which takes four times as long. */
  key: KeyObject
}

/**
 * The server's secrets, newest first: the newest makes, all verify, so that replacing a secret signs nobody out.
 */
export interface Keyring {
  /** Newest first. */
  keys(purpose: Purpose): readonly DerivedKey[]
  /** AES-256-GCM under the newest key: key id 1 | nonce 12 | ciphertext | tag 16. */
  seal(purpose: Purpose, plain: Uint8Array, context: string): Uint8Array
  /** Throws {@link CannotOpen} when no secret of the ring sealed this value in this context. */
  open(purpose: Purpose, sealed: Uint8Array, context: string): Buffer
  /** True if the newest secret sealed this value. */
  isCurrent(purpose: Purpose, sealed: Uint8Array): boolean
  /**
   * Call before refusing a value because no secret of this ring made it. Throws AuthError `unavailable` if another
   * process may have made it under a secret that this one lacks: its holder must not be signed out. `keyId`: the key id
   * that the value carries, if any.
   */
  requireKnown(purpose: Purpose, keyId?: number): void
  /** Description of the secrets that other processes may read, newest first. */
  describe(): DescribedSecret[]
}

/** A secret without the secret. */
export interface DescribedSecret {
  /** The same for the same secret on every process. */
  fingerprint: string
  keyIds: Record<string, number>
}

/** Knowledge of the rings of other processes. */
export interface OtherRings {
  /** True if one of them has a secret that is not among `own`, for this purpose and, if given, under this key id. */
  mayKnow(own: readonly DescribedSecret[], purpose: Purpose, keyId: number | undefined): boolean
}

/** The reason in the log of an `unavailable` that {@link Keyring.requireKnown} throws. */
export const secretMissing = 'another process has a secret that this one lacks'

const none: OtherRings = { mayKnow: () => false }

/** Sealed under a secret that is in no ring any more, or damaged. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen'
}

/** @param others knowledge of the rings of other processes; by default there are none */
export function createKeyring(secrets: readonly string[], others: OtherRings = none): Keyring {
  if (secrets.length === 0) throw new TypeError('the secret ring is empty')
  const derived = new Map<Purpose, DerivedKey[]>()
  const keys = (purpose: Purpose): readonly DerivedKey[] => {
    let list = derived.get(purpose)
    if (!list) derived.set(purpose, (list = secrets.map((secret) => derive(secret, purpose))))
    return list
  }
  let described: DescribedSecret[] | undefined
  const describe = () => (described ??= secrets.map(describeSecret))
  const requireKnown = (purpose: Purpose, keyId?: number): void => {
    if (keyId !== undefined && keys(purpose).some(({ id }) => id === keyId)) return
    if (!others.mayKnow(describe(), purpose, keyId)) return
    const reason = secretMissing
    throw new AuthError('unavailable', { retryAfter: 1, log: { reason, purpose } })
  }
  return {
    keys,
    requireKnown,
    describe,
    seal: (purpose, plain, context) => seal(keys(purpose)[0]!, plain, context),
    open(purpose, sealed, context) {
      const plain = open(keys(purpose), sealed, context)
      if (plain) return plain
      requireKnown(purpose, sealed[0])
      throw new CannotOpen('sealed under a secret that is not in the ring')
    },
    isCurrent: (purpose, sealed) => sealed[0] === keys(purpose)[0]!.id,
  }
}

function derive(secret: string, purpose: Purpose): DerivedKey {
  const key = Buffer.from(hkdfSync('sha256', secret, 'latchkey', `latchkey/${purpose}/v1`, 32))
  return { id: createHash('sha256').update('key id').update(key).digest()[0]!, key: createSecretKey(key) }
}

const describeSecret = (secret: string): DescribedSecret => ({
  fingerprint: createHash('sha256')
    .update(Buffer.from(hkdfSync('sha256', secret, 'latchkey', 'latchkey/fingerprint/v1', 32)))
    .digest('hex')
    .slice(0, 12),
  keyIds: Object.fromEntries(purposes.map((purpose) => [purpose, derive(secret, purpose).id])),
})

function seal({ id, key }: DerivedKey, plain: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([Buffer.of(id), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function open(keys: readonly DerivedKey[], sealed: Uint8Array, context: string): Buffer | null {
  for (const { id, key } of keys) {
    if (sealed.length < 29 || sealed[0] !== id) continue
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 13), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-16))
      return Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()])
    } catch {
      // Another secret of the same id may have sealed it.
    }
  }
  return null
}
