import type { Notice } from '../../identity/mails/credential-changed.ts'

/** Notices to the account's owner about recovery codes. */
export const notices = {
  used: {
    subject: 'A recovery code was used',
    consequence: 'Somebody confirmed with one of your recovery codes that it is you. It is used up.',
    page: '/second-factors',
    label: 'Codes left',
  },
  low: {
    subject: 'Your recovery codes are running out',
    consequence:
      'Somebody confirmed with one of your recovery codes that it is you. Few are left: make new ones before the last is gone.',
    page: '/second-factors',
    label: 'Codes left',
  },
} satisfies Record<string, Notice>
