import type { Instant } from '@latchkey/contract'
import type { ServiceAccount } from './key-holder.ts'

/** A client certificate that was presented, is alive, and is mapped to a service account. */
export interface CertificateHolder {
  /** The certificate as it is kept here: the client of its tokens. */
  certificateId: string
  /** `x5t#S256` (RFC 8705 §3.1). */
  thumbprint: string
  scopes: string[]
  account: ServiceAccount
  /** Roles of the service account, if the mapping passes them on; else none. */
  roles: string[]
  expiresAt: Instant
}
