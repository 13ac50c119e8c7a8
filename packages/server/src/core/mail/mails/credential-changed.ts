import type { Instant } from '@latchkey/contract'
import { button, facts, paragraph } from '../blocks.ts'
import { formatInstant } from '../format-instant.ts'
import { renderMail, type RenderedMail } from '../template.ts'

interface Words {
  /** Completes "… at Acme". */
  subject: string
  consequence: string
  /** Below `/account`, where it can be looked at and taken back. */
  page: string
}

/** What can happen to the ways in to an account, beside its password. */
const words = {
  owner_arrived: {
    subject: 'Your account was cleared',
    consequence:
      'Your address was proven for the first time. Until then anybody could have made this account: a password, signed-in devices and keys from before do not open it any more.',
    page: '/password',
  },
  email_factor_enabled: {
    subject: 'Codes by mail were turned on',
    consequence:
      'From now on a code that is sent to this address is asked for at sign-in, after another proof.',
    page: '/codes',
  },
  email_factor_disabled: {
    subject: 'Codes by mail were turned off',
    consequence: 'A code that is sent to this address is no longer asked for after another proof.',
    page: '/codes',
  },
  phone_added: {
    subject: 'A phone number was added',
    consequence: 'Codes can now be sent to this number to prove who you are.',
    page: '/codes',
  },
  phone_changed: {
    subject: 'Your phone number was changed',
    consequence: 'Codes now go to this number, and no longer to the one before.',
    page: '/codes',
  },
  phone_removed: {
    subject: 'Your phone number was removed',
    consequence: 'No codes are sent to it any more.',
    page: '/codes',
  },
  phone_moved: {
    subject: 'Your phone number is gone',
    consequence:
      'Somebody else has proven that the messages to this number reach them. It is no longer a number of your account, and no codes are sent to it for you. Add another one if you used it to sign in.',
    page: '/codes',
  },
  phone_factor_enabled: {
    subject: 'Codes by SMS were turned on',
    consequence:
      'From now on a code that is sent to this number is asked for at sign-in, after another proof.',
    page: '/codes',
  },
  phone_factor_disabled: {
    subject: 'Codes by SMS were turned off',
    consequence: 'A code that is sent to this number is no longer asked for after another proof.',
    page: '/codes',
  },
} as const satisfies Record<string, Words>

export type CredentialNotice = keyof typeof words

export interface CredentialChangedInput {
  to: string
  appName: string
  notice: CredentialNotice
  /** What its owner calls the credential; null where there is only one of its kind. */
  name: string | null
  at: Instant
  ip: string | null
  accountLink: string
}

export const credentialChanged = (input: CredentialChangedInput): RenderedMail => {
  const { to, appName, notice, name, at, ip, accountLink } = input
  const { subject, consequence, page } = words[notice]
  return renderMail({
    to,
    appName,
    subject: `${subject} at ${appName}`,
    title: subject,
    blocks: [
      paragraph(consequence),
      facts(
        name === null ? null : ['Name', name],
        ['When', formatInstant(at)],
        ip === null ? null : ['From', ip],
      ),
      paragraph('If it was you, there is nothing to do. If not, take it back and look at your devices:'),
      button('Look at my account', accountLink + page),
    ],
  })
}
