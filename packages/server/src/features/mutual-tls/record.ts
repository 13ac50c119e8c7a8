import type { Audit, AuditInput } from '../../core/audit/audit.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { kindOf } from './selector.ts'
import type { CertificateRow, MappingRow } from './store.ts'

export type Origin = Pick<CredentialActor, 'ip' | 'userAgent'>

interface Act extends Origin, Partial<Pick<CredentialActor, 'actorId' | 'via'>> {
  kind: AuditInput['kind']
  detail?: Record<string, unknown>
}

/** Records an event of a mapping. */
export function recordMapping(
  { audit }: { audit: Audit },
  { id, service_account_id: owner, name, selector, issuer }: MappingRow,
  { kind, ip, userAgent, actorId, via, detail }: Act,
): void {
  audit.record({
    kind,
    actorId: actorId ?? null,
    ip,
    userAgent,
    detail: {
      mappingId: formatUuid(id),
      name,
      ...kindOf(selector),
      ...(issuer !== '' && { issuer }),
      serviceAccountId: formatUuid(owner),
      ...(via && { by: via }),
      ...detail,
    },
  })
}

export const certificateDetail = ({ id, thumbprint, serial, subject }: CertificateRow) => ({
  certificateId: formatUuid(id),
  thumbprint,
  serial,
  subject,
})

/** Access tokens name the certificate as their client. */
export const asRevoked = ({ id }: { id: Uint8Array }): Revoked => ({
  kind: 'client',
  subject: formatUuid(id),
})
