import type { UserId } from '@latchkey/contract'
import { formatUuid } from '../../core/ports/uuid.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { CheckServices } from './passkey-services.ts'
import type { PasskeyRow } from './store.ts'

export function recordPasskey(
  { audit }: CheckServices,
  kind: 'passkey.added' | 'passkey.removed' | 'passkey.suspected',
  userId: UserId,
  { id, name }: PasskeyRow,
  origin: Pick<RequestContext, 'ip' | 'userAgent'>,
): void {
  const { ip, userAgent } = origin
  audit.record({ kind, userId, ip, userAgent, detail: { passkeyId: formatUuid(id), name } })
}
