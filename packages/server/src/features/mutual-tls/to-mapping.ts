import type { CertificateMapping } from '@latchkey/contract'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import { formatUuid } from '../../core/ports/uuid.ts'
import { kindOf } from './selector.ts'
import type { CertificateRow, MappingRow } from './store.ts'

export const toMapping = (row: MappingRow, certificates: CertificateRow[]): CertificateMapping => ({
  id: formatUuid(row.id),
  name: row.name,
  ...kindOf(row.selector),
  issuer: row.issuer === '' ? null : row.issuer,
  scopes: scopesOf(row),
  inheritRoles: row.inherits_roles === 1,
  createdAt: isoTime(row.created_at),
  certificates: certificates.map((each) => ({
    id: formatUuid(each.id),
    thumbprint: each.thumbprint,
    serial: each.serial,
    subject: each.subject,
    expiresAt: isoTime(each.not_after),
    firstUsedAt: isoTime(each.first_used_at),
    lastUsedAt: isoTime(each.last_used_at),
    revokedAt: isoTimeOrNull(each.revoked_at),
  })),
})

export const scopesOf = ({ scopes }: MappingRow): string[] => (scopes === '' ? [] : scopes.split(' '))
