import type { LinkedAccountsWords } from './en.ts'

export const fr: LinkedAccountsWords = {
  linkedAccounts: {
    title: 'Comptes liés',
    intro: 'Des comptes d’autres services avec lesquels vous pouvez vous connecter ici.',
    empty: 'Aucun compte n’est lié pour l’instant.',
    link: (provider: string) => `Lier ${provider}`,
    since: (when: string) => `Lié le ${when}`,
    lastUsed: (when: string) => `Dernière utilisation ${when}`,
    remove: 'Retirer',
    removeNamed: (provider: string) => `Retirer ${provider}`,
    removeTitle: (provider: string) => `Retirer ${provider} ?`,
    removeText: 'Il ne vous connectera plus, et vos autres appareils seront déconnectés.',
    removed: (provider: string) => `${provider} a été retiré.`,
  },
}
