import type { MutualTlsServices } from './mutual-tls-services.ts'
import type { Authority } from './policy.ts'
import { asRevoked, certificateDetail } from './record.ts'
import { type CertificateRow, endCertificate, listLiveCertificates } from './store.ts'

const pageSize = 500

/** Ends the tokens of certificates that are now on a revocation list. Returns the number of certificates. */
export async function endRevoked(services: MutualTlsServices): Promise<number> {
  const { db, ports, files } = services
  const authorities = files.current().trust?.authorities ?? []
  if (authorities.every(({ list }) => list === null)) return 0
  let ended = 0
  for (let after: Uint8Array = new Uint8Array(16); ;) {
    const rows = await listLiveCertificates(db, { after, now: ports.now(), limit: pageSize })
    for (const row of rows.filter((each) => isListed(each, authorities)))
      if (await end(services, row)) ended++
    if (rows.length < pageSize) return ended
    after = rows.at(-1)!.id
  }
}

/** Serial numbers belong to a CA: another of the same name has its own. */
const isListed = ({ issuer, serial }: CertificateRow, authorities: readonly Authority[]): boolean =>
  authorities.some(({ key, list }) => key === issuer && list?.revoked.has(serial))

async function end(
  { db, ports, revocations, audit }: MutualTlsServices,
  { id }: CertificateRow,
): Promise<boolean> {
  const { row, entries } = await db.transaction(async (tx) => {
    const row = await endCertificate(tx, id, ports.now())
    return { row, entries: await revocations.append(tx, row ? [asRevoked(row)] : []) }
  })
  revocations.remember(entries)
  if (row) audit.record({ kind: 'client_certificate.revoked', detail: certificateDetail(row) })
  return row !== null
}
