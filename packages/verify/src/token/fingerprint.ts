import type { Claims } from './claims.ts'
import { sha256 } from './crypto.ts'

export type RevocationKind = 'session' | 'epoch' | 'user' | 'key' | 'client'

/** The first 16 bytes of SHA-256(kind ":" subject): names nobody, and 128 bits make a wrongly refused token as unlikely as a guessed key. */
export type Fingerprint = Uint8Array

export const fingerprintLength = 16

/**
 * `subject` is a session id, `session id:epoch`, for machines `service account id:epoch`, a user id, a key id or a client
 * id.
 */
export function fingerprint(kind: RevocationKind, subject: string): Fingerprint | Promise<Fingerprint> {
  const digest = sha256(`${kind}:${subject}`)
  return digest instanceof Promise ? digest.then(shorten) : shorten(digest)
}

const shorten = (digest: Uint8Array): Fingerprint => digest.subarray(0, fingerprintLength)

type Subjects = Pick<Claims, 'sub' | 'sid' | 'epoch' | 'client_id'>

const subjects: Record<RevocationKind, (claims: Subjects, kid: string | undefined) => string | undefined> = {
  session: ({ sid }) => sid,
  epoch: epochOf,
  user: ({ sub }) => sub,
  client: ({ client_id: client }) => client,
  key: (_, kid) => kid,
}

/** Of the session; a machine's token has none, and belongs to an epoch of its subject. */
function epochOf({ sid, sub, epoch }: Subjects): string | undefined {
  if (sid === undefined) return `${sub}:${epoch ?? 0}`
  return epoch === undefined ? undefined : `${sid}:${epoch}`
}

/** Everything of these kinds whose revocation ends a token with these claims. */
export async function fingerprintsOf(
  kinds: Iterable<RevocationKind>,
  claims: Subjects,
  kid?: string,
): Promise<Fingerprint[]> {
  const fingerprints: Fingerprint[] = []
  for (const kind of kinds) {
    const subject = subjects[kind](claims, kid)
    if (subject !== undefined) fingerprints.push(await fingerprint(kind, subject))
  }
  return fingerprints
}
