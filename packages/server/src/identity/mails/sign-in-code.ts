import type { Milliseconds } from '@latchkey/contract'
import { code, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface SignInCodeInput {
  to: string
  appName: string
  code: string
  validFor: Milliseconds
}

/** The subject does not say it: mail servers log subjects, and telephones show them to whoever stands by. */
export const signInCode = ({ to, appName, code: digits, validFor }: SignInCodeInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Your code for ${appName}`,
    title: 'Your code to sign in',
    blocks: [
      paragraph(`Enter it where you asked for it, and only there:`),
      code(digits),
      note(`It is valid for ${formatSpan(validFor)} and works once.`),
      note(`Never tell anyone the code: nobody at ${appName} will ask you for it.`),
      note('If it was not you who asked, do nothing: without the code nobody is signed in.'),
    ],
  })
