import type { Instant } from '@latchkey/contract'
import { facts, note, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface AccountDeletedInput {
  to: string
  appName: string
  at: Instant
  /** True if this address was given up lately, and the mail about that has a link to undo it. */
  canUndo: boolean
}

export const accountDeleted = ({ to, appName, at, canUndo }: AccountDeletedInput): RenderedMail =>
  renderMail({
    to,
    appName,
    subject: `Your ${appName} account was deleted`,
    title: 'Your account was deleted',
    blocks: [
      paragraph(
        canUndo
          ? `The account at ${appName} that had this address until lately is gone.`
          : `Your account at ${appName} is gone, and all your devices were signed out. This cannot be undone.`,
      ),
      facts(['When', formatInstant(at)]),
      canUndo
        ? paragraph(
            'If neither the deletion nor the change of address before it was yours: the link in the mail about that change still works. It gives you an account with this address, empty, and you choose a password.',
          )
        : note(
            `If it was not you, please tell whoever runs ${appName}. This is the last mail to this address.`,
          ),
    ],
  })
