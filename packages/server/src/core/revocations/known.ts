import type { Instant } from '@latchkey/contract'
import {
  createRevocationSet,
  fingerprintsOf,
  isTimed,
  type RevocationKind,
  type RevocationSet,
  type RevocationSource,
} from '@latchkey/verify/core'
import { toRevocation } from './reader.ts'
import { type RevocationRow } from './store.ts'

/** The revocations that this process knows of, to be asked for each token. */
export interface Known extends Pick<RevocationSource, 'isRevoked' | 'kinds' | 'version'> {
  set: RevocationSet
  take(entries: readonly RevocationRow[]): void
  /** Returns the time, in seconds since the epoch, up to which tokens with these claims are revoked. */
  issuedUntil(claims: UnsignedClaims): Promise<number>
}

/** Claims of a token that is about to be issued. */
export type UnsignedClaims = Parameters<typeof fingerprintsOf>[1]

export function createKnown(now: () => Instant, onTaken: () => void): Known {
  const set = createRevocationSet(now)
  const kinds = new Set<RevocationKind>()
  let version = 0

  return {
    set,
    isRevoked: (fingerprints, issuedAt) => fingerprints.some((each) => set.has(each, issuedAt)),
    kinds: () => kinds,
    version: () => version,
    take,
    issuedUntil,
  }

  function take(entries: readonly RevocationRow[]): void {
    if (entries.length === 0) return
    for (const entry of entries) {
      set.add(toRevocation(entry))
      kinds.add(entry.kind)
    }
    version++
    onTaken()
  }

  async function issuedUntil(claims: UnsignedClaims): Promise<number> {
    const prints = await fingerprintsOf([...kinds].filter(isTimed), claims)
    return Math.max(-1, ...prints.map(set.issuedUntil))
  }
}
