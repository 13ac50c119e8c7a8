import type { Instant } from '@latchkey/contract'
import { button, facts, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface PasswordChangedInput {
  to: string
  appName: string
  at: Instant
  ip: string | null
  /** Where a new password can be asked for. */
  resetLink: string
}

export const passwordChanged = ({ to, appName, at, ip, resetLink }: PasswordChangedInput): RenderedMail =>
  renderMail({
    to,
    appName,
    subject: `Your ${appName} password was changed`,
    title: 'Your password was changed',
    blocks: [
      paragraph('Your other devices were signed out.'),
      facts(['When', formatInstant(at)], ip === null ? null : ['From', ip]),
      paragraph('If it was you, there is nothing to do. If not, take your account back now:'),
      button('Choose a new password', resetLink),
    ],
  })
