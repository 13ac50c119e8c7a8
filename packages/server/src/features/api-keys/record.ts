import type { UserId } from '@latchkey/contract'
import type { Audit, AuditInput } from '../../core/audit/audit.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import type { ApiKeyRow, OwnerRef } from './store.ts'

/** The author and origin of an action on a key. */
export interface By {
  ip: string | null
  userAgent: string | null
  /** Null if it is the owner. */
  actorId?: UserId | null
  via?: 'command line'
}

/** Says in the log of events what happened to a key. */
export type RecordOfKey = (
  kind: AuditInput['kind'],
  owner: OwnerRef,
  row: Pick<ApiKeyRow, 'id' | 'name'>,
  by: By,
  detail?: Record<string, unknown>,
) => void

export const createRecord =
  (audit: Audit): RecordOfKey =>
  (kind, owner, row, { ip, userAgent, ...by }, detail = {}) => {
    const isUser = owner.kind === 'user'
    audit.record({
      kind,
      userId: isUser ? (owner.id as UserId) : null,
      actorId: by.actorId ?? null,
      ip,
      userAgent,
      detail: {
        apiKeyId: formatUuid(row.id),
        name: row.name,
        ...(!isUser && { serviceAccountId: owner.id }),
        ...(by.via && { by: by.via }),
        ...detail,
      },
    })
  }
