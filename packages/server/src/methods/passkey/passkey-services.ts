import type { RelyingParty } from '../../config/relying-party.ts'
import type { ChangeServices, CoreServices, MethodServices } from '../method-services.ts'

/** What a passkey that has signed is held against, with. */
export type CheckServices = Pick<
  CoreServices,
  'config' | 'db' | 'ports' | 'audit' | 'outbox' | 'mails' | 'challenges'
> & { rp: RelyingParty }

/** What the use cases of passkeys stand on. */
export type PasskeyServices = CheckServices &
  ChangeServices &
  Pick<MethodServices, 'secondFactors' | 'credentials' | 'emailProof' | 'signIn'>
