import type { Notice } from '../../identity/mails/credential-changed.ts'

/** Notices to the account's owner about the authenticator app. */
export const notices = {
  added: {
    subject: 'An authenticator app was added',
    consequence: 'From now on a code of your authenticator app is asked for when you sign in.',
    page: '/second-factors',
  },
  replaced: {
    subject: 'Your authenticator app was replaced',
    consequence:
      'Codes of the app that was there before do not count any more, and your other devices were signed out.',
    page: '/second-factors',
  },
  removed: {
    subject: 'Your authenticator app was removed',
    consequence:
      'Its codes are not asked for any more when you sign in, and your other devices were signed out.',
    page: '/second-factors',
  },
} satisfies Record<string, Notice>
