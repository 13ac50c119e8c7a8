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
  passkey_added: {
    subject: 'A passkey was added',
    consequence: 'From now on it opens your account, without your password.',
    page: '/passkeys',
  },
  passkey_removed: {
    subject: 'A passkey was removed',
    consequence: 'It does not open your account any more, and all your other devices have been signed out.',
    page: '/passkeys',
  },
  passkey_asked: {
    subject: 'A passkey is asked for after your password',
    consequence: 'From now on the password alone does not open your account.',
    page: '/passkeys',
  },
  passkey_not_asked: {
    subject: 'No passkey is asked for any more',
    consequence: 'From now on the password opens your account without a passkey.',
    page: '/passkeys',
  },
  passkey_suspected: {
    subject: 'Somebody may have a copy of your passkey',
    consequence:
      'Its counter went back, as it does where a key exists twice. This sign-in was refused. Remove the passkey, and make a new one on the device that you have.',
    page: '/passkeys',
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
