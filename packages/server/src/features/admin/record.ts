import type { SessionId, UserId } from '@latchkey/contract'
import type { Actor } from '../../accounts/authority/authority.ts'
import type { Audit, AuditInput } from '../../core/audit/audit.ts'

interface Act {
  kind: AuditInput['kind']
  userId: UserId
  sessionId?: SessionId
  detail?: Record<string, unknown>
}

/** Records an administrator's action on a user. */
export function record(
  { audit }: { audit: Audit },
  { claims, ip, userAgent }: Actor,
  { kind, userId, sessionId, detail = {} }: Act,
): void {
  audit.record({ kind, userId, actorId: claims.sub, sessionId: sessionId ?? null, ip, userAgent, detail })
}
