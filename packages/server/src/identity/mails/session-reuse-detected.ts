import type { Instant } from '@latchkey/contract'
import { button, facts, note, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface SessionReuseDetectedInput {
  to: string
  appName: string
  /** The device of the session that was ended, such as `Firefox on Windows`. */
  device: string
  at: Instant
  ip: string | null
  /** Page where a new password can be requested; null where passwords are off. */
  resetLink: string | null
  devicesLink: string
}

export const sessionReuseDetected = (input: SessionReuseDetectedInput): RenderedMail => {
  const { to, appName, device, at, ip, resetLink, devicesLink } = input
  return renderMail({
    to,
    appName,
    subject: `We signed out one of your devices at ${appName}`,
    title: 'We signed out one of your devices',
    blocks: [
      paragraph(
        'The sign-in of this device was used in two places. It may have been copied, so we ended it:',
      ),
      facts(['Device', device], ['When', formatInstant(at)], ip === null ? null : ['Seen from', ip]),
      ...(resetLink === null
        ? [
            paragraph(
              'Sign in again on this device. If you do not know who else used it, look at your devices:',
            ),
            button('Look at my devices', devicesLink),
          ]
        : [
            paragraph(
              'Sign in again on this device. If you do not know who else used it, choose a new password: that signs out every device.',
            ),
            button('Choose a new password', resetLink),
          ]),
      note('Your other devices stay signed in. Restoring a backup of a device can have the same effect.'),
    ],
  })
}
