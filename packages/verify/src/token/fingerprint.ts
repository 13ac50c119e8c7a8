import type { Claims } from './claims.ts'
import { sha256 } from './crypto.ts'

export const revocationKinds = ['session', 'epoch', 'user', 'key', 'client', 'user_sessions', 'role'] as const

export type RevocationKind = (typeof revocationKinds)[number]

/**
 * Kinds whose entries end what was issued up to their time, and nothing later: one entry for all that a user's sessions
 * hold, or for all tokens that name a role, however many there are.
 */
const timedKinds: ReadonlySet<RevocationKind> = new Set(['user_sessions', 'role'])

export const isTimed = (kind: RevocationKind): boolean => timedKinds.has(kind)

/**
 * The first 16 bytes of SHA-256(kind ":" subject): contains no name. With 128 bits a wrongly refused token is as
 * unlikely as a guessed key.
 */
export type Fingerprint = Uint8Array

export const fingerprintLength = 16

/**
 * `subject` is a session id, `session id:epoch`, for machines `service account id:epoch`, a user id (for tokens of any
 * kind, or for those of sessions alone), a role's name, a key id or a client id.
 */
export function fingerprint(kind: RevocationKind, subject: string): Fingerprint | Promise<Fingerprint> {
  const digest = sha256(`${kind}:${subject}`)
  return digest instanceof Promise ? digest.then(shorten) : shorten(digest)
}

const shorten = (digest: Uint8Array): Fingerprint => digest.subarray(0, fingerprintLength)

type Subjects = Pick<Claims, 'sub' | 'sid' | 'epoch' | 'client_id' | 'roles'>

const subjects: Record<
  RevocationKind,
  (claims: Subjects, kid: string | undefined) => readonly (string | undefined)[]
> = {
  session: ({ sid }) => [sid],
  epoch: (claims) => [epochOf(claims)],
  user: ({ sub }) => [sub],
  client: ({ client_id: client }) => [client],
  key: (_, kid) => [kid],
  user_sessions: ({ sid, sub }) => [sid === undefined ? undefined : sub],
  role: ({ roles = [] }) => roles,
}

/** Returns the epoch of the session. A machine's token has no session, and belongs to an epoch of its subject. */
function epochOf({ sid, sub, epoch }: Subjects): string | undefined {
  if (sid === undefined) return `${sub}:${epoch ?? 0}`
  return epoch === undefined ? undefined : `${sid}:${epoch}`
}

/** Returns the fingerprints of these kinds whose revocation ends a token with these claims. */
export async function fingerprintsOf(
  kinds: Iterable<RevocationKind>,
  claims: Subjects,
  kid?: string,
): Promise<Fingerprint[]> {
  const fingerprints: Fingerprint[] = []
  for (const kind of kinds) {
    for (const subject of subjects[kind](claims, kid))
      if (subject !== undefined) fingerprints.push(await fingerprint(kind, subject))
  }
  return fingerprints
}
