import { code, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'
import type { SignInCodeInput } from './sign-in-code.ts'

/** For whoever has proven something else already: somebody who did not ask should worry. */
export const confirmCode = ({ to, appName, code: digits, validFor }: SignInCodeInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Your code for ${appName}`,
    title: 'Confirm that it is you',
    blocks: [
      paragraph(`Enter this code where you were asked for it, and only there:`),
      code(digits),
      note(`It is valid for ${formatSpan(validFor)} and works once.`),
      note(`Never tell anyone the code: nobody at ${appName} will ask you for it.`),
      note('If it was not you, somebody else has got past your first proof: look at your account now.'),
    ],
  })
