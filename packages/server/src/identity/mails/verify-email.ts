import type { Milliseconds } from '@latchkey/contract'
import { button, code, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface VerifyEmailInput {
  to: string
  appName: string
  link: string
  /** Six digits, for users who read mail on another device. */
  code: string
  /** Lifetime of the link. */
  validFor: Milliseconds
  codeValidFor: Milliseconds
}

// Contains no name or other input of the registration: anybody can type anybody's address.
export const verifyEmail = ({
  to,
  appName,
  link,
  code: digits,
  validFor,
  codeValidFor,
}: VerifyEmailInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Confirm your e-mail address for ${appName}`,
    title: 'Confirm your e-mail address',
    blocks: [
      paragraph(`Somebody, hopefully you, registered at ${appName} with this address.`),
      button('Confirm address', link),
      paragraph('Or enter this code where you registered:'),
      code(digits),
      note(
        `The link is valid for ${formatSpan(validFor)}, the code for ${formatSpan(codeValidFor)}. Each works once.`,
      ),
      note('Never tell anyone the code.'),
      note('If it was not you, do nothing: the address will not be confirmed.'),
    ],
  })
