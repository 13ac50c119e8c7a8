import type { Milliseconds } from '@latchkey/contract'
import { button, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface ResetPasswordInput {
  to: string
  appName: string
  link: string
  validFor: Milliseconds
}

export const resetPassword = ({ to, appName, link, validFor }: ResetPasswordInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Reset your ${appName} password`,
    title: 'Choose a new password',
    blocks: [
      paragraph(`Somebody asked for a new password for your account at ${appName}.`),
      button('Choose a new password', link),
      note(`The link is valid for ${formatSpan(validFor)} and works once. All devices will be signed out.`),
      note('If it was not you, do nothing: your password stays as it is.'),
    ],
  })
