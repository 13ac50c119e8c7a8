import type { Milliseconds } from '@latchkey/contract'
import { button, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface EmailChangeConfirmInput {
  /** The new address. */
  to: string
  appName: string
  link: string
  validFor: Milliseconds
}

// Omits the old address: the owner of the new one may be another person.
export const emailChangeConfirm = ({ to, appName, link, validFor }: EmailChangeConfirmInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Confirm your new e-mail address for ${appName}`,
    title: 'Confirm your new e-mail address',
    blocks: [
      paragraph(`Somebody, hopefully you, wants to use this address for an account at ${appName}.`),
      button('Use this address', link),
      note(`The link is valid for ${formatSpan(validFor)} and works once. Until then nothing changes.`),
      note('If it was not you, do nothing.'),
    ],
  })
