import type { MethodServices } from '../method-services.ts'

/** What the use cases of phones stand on. */
export type PhoneServices = Pick<
  MethodServices,
  | 'ports'
  | 'db'
  | 'revocations'
  | 'audit'
  | 'limits'
  | 'challenges'
  | 'asked'
  | 'codeGuesses'
  | 'outbox'
  | 'texts'
  | 'secondFactors'
  | 'credentials'
>
