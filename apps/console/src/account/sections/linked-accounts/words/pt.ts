import type { LinkedAccountsWords } from './en.ts'

export const pt: LinkedAccountsWords = {
  linkedAccounts: {
    title: 'Contas vinculadas',
    intro: 'Contas de outros serviços com as quais você pode entrar aqui.',
    empty: 'Ainda não há conta vinculada.',
    link: (provider: string) => `Vincular ${provider}`,
    since: (when: string) => `Vinculada em ${when}`,
    lastUsed: (when: string) => `Último uso ${when}`,
    remove: 'Remover',
    removeNamed: (provider: string) => `Remover ${provider}`,
    removeTitle: (provider: string) => `Remover ${provider}?`,
    removeText: 'Ela não dará mais acesso, e seus outros dispositivos sairão.',
    removed: (provider: string) => `${provider} foi removida.`,
  },
}
