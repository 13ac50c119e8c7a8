import { type Binding } from './bindings/binding.ts'
import { auditSubject } from './open-session.ts'
import { type LiveSession } from './session.ts'
import * as store from './store.ts'
import type { RefreshNeeds } from './refresh-needs.ts'

/**
 * Binds a session whose browser registered a key and has shown that the answer arrived: the key is required from now
 * on.
 */
export async function bindPendingDevice(
  services: RefreshNeeds,
  session: LiveSession,
  device: Binding,
): Promise<void> {
  const { db, audit } = services
  const isFirst = await store.bindSession(db, session.id, device)
  session.binding = device
  if (isFirst) audit.record({ kind: 'session.bound', ...auditSubject(session), detail: { binding: 'dbsc' } })
}
