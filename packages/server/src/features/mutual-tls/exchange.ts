import { toSeconds, type UserId } from '@latchkey/contract'
import type { CertificateHolder } from '../../identity/service-accounts/certificate-holder.ts'
import type { MutualTlsServices } from './mutual-tls-services.ts'
import * as store from './store.ts'

/** A short access token that is bound to the certificate (RFC 8705 §3). Throws AuthError `client_certificate_revoked`. */
export async function exchangeCertificate(
  { machineTokens, permissions }: MutualTlsServices,
  { certificateId, thumbprint, scopes, account, roles, expiresAt }: CertificateHolder,
): Promise<{ accessToken: string; lifetime: number }> {
  const { accessToken, lifetime } = await machineTokens.issue(
    {
      sub: account.id as UserId,
      client_id: certificateId,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      epoch: account.epoch,
      cnf: { 'x5t#S256': thumbprint },
      roles,
      permissions: permissions.ofRoles(roles),
    },
    { until: expiresAt, revoked: 'client_certificate_revoked' },
  )
  return { accessToken, lifetime: toSeconds(lifetime) }
}

/** True if the certificate of this id, its mapping and its service account are alive. */
export const isCertificateAlive = ({ db, ports }: MutualTlsServices, id: string): Promise<boolean> =>
  store.isCertificateAlive(db, id, ports.now())
