import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  linkedAccounts: {
    title: 'Linked accounts',
    intro: 'Accounts at other services by which you can sign in here.',
    empty: 'No account is linked yet.',
    link: (provider: string) => `Link ${provider}`,
    since: (when: string) => `Linked on ${when}`,
    lastUsed: (when: string) => `Last used ${when}`,
    remove: 'Remove',
    removeNamed: (provider: string) => `Remove ${provider}`,
    removeTitle: (provider: string) => `Remove ${provider}?`,
    removeText: 'It does not sign you in any more, and your other devices are signed out.',
    removed: (provider: string) => `${provider} has been removed.`,
  },
}

export type LinkedAccountsWords = Translated<typeof en>
