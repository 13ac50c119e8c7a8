import type { Notice } from '../../identity/mails/credential-changed.ts'

/** Notices to the account's owner about the phone number. */
export const notices = {
  added: {
    subject: 'A phone number was added',
    consequence: 'Codes can now be sent to this number to prove who you are.',
    page: '/codes',
  },
  changed: {
    subject: 'Your phone number was changed',
    consequence: 'Codes now go to this number, and no longer to the one before.',
    page: '/codes',
  },
  removed: {
    subject: 'Your phone number was removed',
    consequence: 'No codes are sent to it any more.',
    page: '/codes',
  },
  moved: {
    subject: 'Your phone number is gone',
    consequence:
      'Somebody else has proven that the messages to this number reach them. It is no longer a number of your account, and no codes are sent to it for you. Add another one if you used it to sign in.',
    page: '/codes',
  },
  factorEnabled: {
    subject: 'Codes by SMS were turned on',
    consequence:
      'From now on a code that is sent to this number is asked for at sign-in, after another proof.',
    page: '/codes',
  },
  factorDisabled: {
    subject: 'Codes by SMS were turned off',
    consequence: 'A code that is sent to this number is no longer asked for after another proof.',
    page: '/codes',
  },
} satisfies Record<string, Notice>
