import type { ChangeServices, MethodServices } from '../method-services.ts'

/** What the use cases of phones stand on. */
export type PhoneServices = ChangeServices &
  Pick<MethodServices, 'pendingCodes' | 'codeGuesses' | 'texts' | 'secondFactors' | 'credentials'>
