import type { Milliseconds } from '@latchkey/contract'
import { button, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface AccountSetupInput {
  to: string
  appName: string
  /** Where the first password is chosen. */
  link: string
  validFor: Milliseconds
}

/** For somebody whose account was made by an administrator. */
export const accountSetup = ({ to, appName, link, validFor }: AccountSetupInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Your account at ${appName}`,
    title: 'Set up your account',
    blocks: [
      paragraph(`An administrator made an account for you at ${appName}. Choose a password to begin.`),
      button('Choose a password', link),
      note(`The link is valid for ${formatSpan(validFor)} and works once.`),
      note('If you do not expect this, do nothing: without a password nobody can sign in.'),
    ],
  })
