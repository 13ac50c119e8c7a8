import type { Instant } from '@latchkey/contract'
import { facts, note, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface AccountDeletedInput {
  to: string
  appName: string
  at: Instant
}

export const accountDeleted = ({ to, appName, at }: AccountDeletedInput): RenderedMail =>
  renderMail({
    to,
    appName,
    subject: `Your ${appName} account was deleted`,
    title: 'Your account was deleted',
    blocks: [
      paragraph(
        `Your account at ${appName} is gone, and all your devices were signed out. This cannot be undone.`,
      ),
      facts(['When', formatInstant(at)]),
      note(`If it was not you, please tell whoever runs ${appName}. This is the last mail to this address.`),
    ],
  })
