import type { Notice } from '../../identity/mails/credential-changed.ts'

/** Notices to the account's owner about passkeys. */
export const notices = {
  added: {
    subject: 'A passkey was added',
    consequence: 'From now on it opens your account, without your password.',
    page: '/passkeys',
  },
  removed: {
    subject: 'A passkey was removed',
    consequence: 'It does not open your account any more, and all your other devices have been signed out.',
    page: '/passkeys',
  },
  asked: {
    subject: 'A passkey is asked for after your password',
    consequence: 'From now on the password alone does not open your account.',
    page: '/passkeys',
  },
  notAsked: {
    subject: 'No passkey is asked for any more',
    consequence: 'From now on the password opens your account without a passkey.',
    page: '/passkeys',
  },
  suspected: {
    subject: 'Somebody may have a copy of your passkey',
    consequence:
      'Its counter went back, as it does where a key exists twice. This sign-in was refused. Remove the passkey, and make a new one on the device that you have.',
    page: '/passkeys',
  },
} satisfies Record<string, Notice>
