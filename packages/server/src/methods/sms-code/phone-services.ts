import type { ChangeServices, MethodServices } from '../method-services.ts'

/** Services that the use cases of phones need. */
export type PhoneServices = ChangeServices &
  Pick<MethodServices, 'pendingCodes' | 'codeGuesses' | 'texts' | 'secondFactors' | 'credentials'>
