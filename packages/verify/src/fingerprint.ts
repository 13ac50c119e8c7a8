import { sha256 } from './crypto.ts'

export type RevocationKind = 'session' | 'epoch' | 'user' | 'key' | 'client'

/** The first 16 bytes of SHA-256(kind ":" subject): names nobody, and 128 bits make a wrongly refused token as unlikely as a guessed key. */
export type Fingerprint = Uint8Array

export const fingerprintLength = 16

/** `subject` is a session id, `session id:epoch`, a user id, a key id or a client id. */
export async function fingerprint(kind: RevocationKind, subject: string): Promise<Fingerprint> {
  return (await sha256(`${kind}:${subject}`)).subarray(0, fingerprintLength)
}

/** Everything whose revocation ends a token with these claims. */
export function fingerprintsOf(
  { sub, sid, epoch, client_id: client }: { sub: string; sid?: string; epoch?: number; client_id?: string },
  kid?: string,
): Promise<Fingerprint[]> {
  const subjects: [RevocationKind, string | undefined][] = [
    ['session', sid],
    ['epoch', sid && epoch !== undefined ? `${sid}:${epoch}` : undefined],
    ['user', sub],
    ['client', client],
    ['key', kid],
  ]
  return Promise.all(
    subjects.flatMap(([kind, subject]) => (subject === undefined ? [] : [fingerprint(kind, subject)])),
  )
}
