import type { RevocationKind } from '../token/fingerprint.ts'
import type { Revocation, TestFeed } from './test-feed.ts'
import type { TestKeys } from './test-keys.ts'

/** Resolves when those who follow the feed know of it. Throws TypeError if nothing is named. */
export async function revoke(feed: TestFeed, keys: TestKeys, what: Revocation): Promise<void> {
  const entries = Object.entries(what) as [RevocationKind, string][]
  if (entries.length === 0) throw new TypeError('revoke: name a session, user, client, key or epoch')
  if (what.key !== undefined) await keys.takeOutOfService(what.key)
  for (const [kind, subject] of entries) await feed.append(kind, subject)
  await feed.told()
}
