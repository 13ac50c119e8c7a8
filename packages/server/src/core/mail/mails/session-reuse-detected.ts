import type { Instant } from '@latchkey/contract'
import { button, facts, note, paragraph } from '../blocks.ts'
import { formatInstant } from '../format-instant.ts'
import { renderMail, type RenderedMail } from '../template.ts'

export interface SessionReuseDetectedInput {
  to: string
  appName: string
  /** The device of the session that was ended, such as `Firefox on Windows`. */
  device: string
  at: Instant
  ip: string | null
  /** The list of devices. */
  sessionsLink: string
}

export const sessionReuseDetected = (input: SessionReuseDetectedInput): RenderedMail => {
  const { to, appName, device, at, ip, sessionsLink } = input
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
      paragraph(
        'Sign in again on this device. Then look at your list of devices, end those that you do not know, and change your password if there are any.',
      ),
      button('See my devices', sessionsLink),
      note('Your other devices stay signed in. Restoring a backup of a device can have the same effect.'),
    ],
  })
}
