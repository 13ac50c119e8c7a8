import type { Instant } from '@latchkey/contract'
import { button, facts, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

interface Words {
  /** Completes "… at Acme". */
  subject: string
  consequence: string
  /** Below `/account`, where it can be looked at and taken back. */
  page: string
  /** What `name` is. @default 'Name' */
  label?: string
}

/** What can happen to the ways in to an account, beside its password. */
const words = {
  owner_arrived: {
    subject: 'Your account was cleared',
    consequence:
      'Your address was proven for the first time. Until then anybody could have made this account: a password, signed-in devices and keys from before do not open it any more.',
    page: '/password',
  },
  totp_added: {
    subject: 'An authenticator app was added',
    consequence: 'From now on a code of your authenticator app is asked for when you sign in.',
    page: '/second-factors',
  },
  totp_replaced: {
    subject: 'Your authenticator app was replaced',
    consequence:
      'Codes of the app that was there before do not count any more, and your other devices were signed out.',
    page: '/second-factors',
  },
  totp_removed: {
    subject: 'Your authenticator app was removed',
    consequence:
      'Its codes are not asked for any more when you sign in, and your other devices were signed out.',
    page: '/second-factors',
  },
  recovery_codes_made: {
    subject: 'You have new recovery codes',
    consequence: 'The recovery codes from before do not count any more.',
    page: '/second-factors',
  },
  recovery_code_used: {
    subject: 'A recovery code was used',
    consequence: 'Somebody confirmed with one of your recovery codes that it is you. It is used up.',
    page: '/second-factors',
    label: 'Codes left',
  },
  recovery_codes_low: {
    subject: 'Your recovery codes are running out',
    consequence:
      'Somebody confirmed with one of your recovery codes that it is you. Few are left: make new ones before the last is gone.',
    page: '/second-factors',
    label: 'Codes left',
  },
  factors_reset: {
    subject: 'Your second factors were removed',
    consequence:
      'An administrator removed your authenticator app, your recovery codes and whatever else was asked for when you sign in, and signed out your devices. Set up a new second factor when you have signed in again.',
    page: '/second-factors',
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
  address_changed: {
    subject: 'This is your address now',
    consequence:
      'Your account uses this address from now on, and all other devices were signed out. The address from before can take it back for seven days.',
    page: '/email',
  },
  address_change_undone: {
    subject: 'A change of address was undone',
    consequence:
      'The account is back at the address that it had before. All devices were signed out, and what was added since the change is gone.',
    page: '/email',
  },
  roles_changed: {
    subject: 'Your roles were changed',
    consequence: 'An administrator changed what you may do.',
    page: '/activity',
    label: 'Roles now',
  },
  session_ended: {
    subject: 'A device was signed out',
    consequence: 'An administrator ended one of your sessions. The others go on.',
    page: '/devices',
  },
  sessions_ended: {
    subject: 'Your devices were signed out',
    consequence: 'An administrator ended your sessions. Sign in again on the devices that you use.',
    page: '/devices',
  },
  account_linked: {
    subject: 'An account was linked to yours',
    consequence: 'From now on you can sign in with your account at the service named here.',
    page: '/linked-accounts',
  },
  account_unlinked: {
    subject: 'A linked account was removed',
    consequence: 'It does not sign you in any more, and your other devices were signed out.',
    page: '/linked-accounts',
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
  const { subject, consequence, page, label = 'Name' }: Words = words[notice]
  return renderMail({
    to,
    appName,
    subject: `${subject} at ${appName}`,
    title: subject,
    blocks: [
      paragraph(consequence),
      facts(
        name === null ? null : [label, name],
        ['When', formatInstant(at)],
        ip === null ? null : ['From', ip],
      ),
      paragraph('If it was you, there is nothing to do. If not, take it back and look at your devices:'),
      button('Look at my account', accountLink + page),
    ],
  })
}
