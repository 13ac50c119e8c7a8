import type { Milliseconds } from '@latchkey/contract'
import { code, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'
import type { Notice } from '../../identity/mails/credential-changed.ts'

export interface CodeMailInput {
  to: string
  appName: string
  code: string
  validFor: Milliseconds
}

/** The subject does not contain the code: mail servers log subjects, and phones show them to bystanders. */
export const signInCode = ({ to, appName, code: digits, validFor }: CodeMailInput): RenderedMail =>
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

/** Mail for a user who has already completed another proof: an unexpected one should worry its reader. */
export const confirmCode = ({ to, appName, code: digits, validFor }: CodeMailInput): RenderedMail =>
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

/** Notices to the account's owner about codes by mail. */
export const notices = {
  enabled: {
    subject: 'Codes by mail were turned on',
    consequence:
      'From now on a code that is sent to this address is asked for at sign-in, after another proof.',
    page: '/codes',
  },
  disabled: {
    subject: 'Codes by mail were turned off',
    consequence: 'A code that is sent to this address is no longer asked for after another proof.',
    page: '/codes',
  },
} satisfies Record<string, Notice>
