import { administering } from './administering.ts'
import { machines } from './machines.ts'
import { mailsAndMessages } from './mails-and-messages.ts'
import { otherServices } from './other-services.ts'
import { passkeys } from './passkeys.ts'
import { sessions } from './sessions.ts'
import { signingIn } from './signing-in.ts'
import type { Operations } from './operation.ts'

/** Everything that is tried. */
export const operations: Operations = {
  ...signingIn,
  ...sessions,
  ...passkeys,
  ...mailsAndMessages,
  ...administering,
  ...machines,
  ...otherServices,
}
