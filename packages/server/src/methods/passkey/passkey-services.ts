import type { RelyingParty } from '../../config/relying-party.ts'
import type { ChangeServices, CoreServices, MethodServices } from '../method-services.ts'

/** Services to verify a passkey's signature. */
export type CheckServices = Pick<
  CoreServices,
  'config' | 'db' | 'ports' | 'audit' | 'outbox' | 'mails' | 'challenges'
> & { rp: RelyingParty }

/** Services that the use cases of passkeys need. */
export type PasskeyServices = CheckServices &
  ChangeServices &
  Pick<MethodServices, 'secondFactors' | 'credentials' | 'emailProof' | 'signIn'>
