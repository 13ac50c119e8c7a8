import type { LinkedAccountsWords } from './en.ts'

export const de: LinkedAccountsWords = {
  linkedAccounts: {
    title: 'Verknüpfte Konten',
    intro: 'Konten bei anderen Diensten, mit denen Sie sich hier anmelden können.',
    empty: 'Noch ist kein Konto verknüpft.',
    link: (provider: string) => `${provider} verknüpfen`,
    since: (when: string) => `Verknüpft am ${when}`,
    lastUsed: (when: string) => `Zuletzt benutzt ${when}`,
    remove: 'Entfernen',
    removeNamed: (provider: string) => `${provider} entfernen`,
    removeTitle: (provider: string) => `${provider} entfernen?`,
    removeText: 'Es meldet Sie dann nicht mehr an, und Ihre anderen Geräte werden abgemeldet.',
    removed: (provider: string) => `${provider} wurde entfernt.`,
  },
}
