import type { Notice } from '../../identity/mails/credential-changed.ts'

/** Notices to the account's owner about linked accounts. */
export const notices = {
  linked: {
    subject: 'An account was linked to yours',
    consequence: 'From now on you can sign in with your account at the service named here.',
    page: '/linked-accounts',
  },
  unlinked: {
    subject: 'A linked account was removed',
    consequence: 'It does not sign you in any more, and your other devices were signed out.',
    page: '/linked-accounts',
  },
} satisfies Record<string, Notice>
