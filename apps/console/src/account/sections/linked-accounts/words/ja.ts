import type { LinkedAccountsWords } from './en.ts'

export const ja: LinkedAccountsWords = {
  linkedAccounts: {
    title: '連携アカウント',
    intro: 'ここへのログインに使える、他のサービスのアカウントです。',
    empty: '連携しているアカウントはありません。',
    link: (provider: string) => `${provider} を連携`,
    since: (when: string) => `${when} に連携`,
    lastUsed: (when: string) => `最終使用: ${when}`,
    remove: '解除',
    removeNamed: (provider: string) => `${provider} を解除`,
    removeTitle: (provider: string) => `${provider} の連携を解除しますか？`,
    removeText: 'このアカウントではログインできなくなり、他の端末はログアウトされます。',
    removed: (provider: string) => `${provider} の連携を解除しました。`,
  },
}
