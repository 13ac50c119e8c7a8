import type { Instant, Milliseconds } from '@latchkey/contract'
import { button, facts, note, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface EmailChangeAskedInput {
  /** The present address. */
  to: string
  appName: string
  newEmail: string
  at: Instant
  ip: string | null
  undoLink: string
  undoFor: Milliseconds
}

export const emailChangeAsked = (input: EmailChangeAskedInput): RenderedMail => {
  const { to, appName, newEmail, at, ip, undoLink, undoFor } = input
  return renderMail({
    to,
    appName,
    validFor: undoFor,
    subject: `Somebody wants to change your ${appName} e-mail address`,
    title: 'Your e-mail address is about to be changed',
    blocks: [
      paragraph(`Somebody who is signed in to your account at ${appName} asked for another address.`),
      facts(['New address', newEmail], ['When', formatInstant(at)], ip === null ? null : ['From', ip]),
      paragraph('If it was you, there is nothing to do here. If not, stop it now:'),
      button('This was not me', undoLink),
      note(
        `The link is valid for ${formatSpan(undoFor)}. It keeps this address, also where the change was made meanwhile, and signs out all devices; you choose a new password then.`,
      ),
    ],
  })
}
