import type { Instant, Milliseconds } from '@latchkey/contract'
import { button, facts, note, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface EmailChangedInput {
  /** The old address. */
  to: string
  appName: string
  newEmail: string
  at: Instant
  ip: string | null
  /** Null if the change cannot be undone by mail. */
  undo: { undoLink: string; undoFor: Milliseconds } | null
}

export const emailChanged = (input: EmailChangedInput): RenderedMail => {
  const { to, appName, newEmail, at, ip, undo } = input
  return renderMail({
    to,
    appName,
    ...(undo && { validFor: undo.undoFor }),
    subject: `Your ${appName} e-mail address was changed`,
    title: 'Your e-mail address was changed',
    blocks: [
      paragraph(`Your account at ${appName} now uses another address. This one is no longer used.`),
      facts(['New address', newEmail], ['When', formatInstant(at)], ip === null ? null : ['From', ip]),
      ...(undo
        ? [
            paragraph('If it was you, there is nothing to do. If not, undo it now:'),
            button('Undo the change', undo.undoLink),
            note(`The link is valid for ${formatSpan(undo.undoFor)}. All devices will be signed out.`),
          ]
        : [note(`If it should not have been, please tell whoever runs ${appName}.`)]),
    ],
  })
}
