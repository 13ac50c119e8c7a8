import type { LinkedAccountsWords } from './en.ts'

export const es: LinkedAccountsWords = {
  linkedAccounts: {
    title: 'Cuentas vinculadas',
    intro: 'Cuentas de otros servicios con las que puede iniciar sesión aquí.',
    empty: 'Aún no hay ninguna cuenta vinculada.',
    link: (provider: string) => `Vincular ${provider}`,
    since: (when: string) => `Vinculada el ${when}`,
    lastUsed: (when: string) => `Último uso ${when}`,
    remove: 'Quitar',
    removeNamed: (provider: string) => `Quitar ${provider}`,
    removeTitle: (provider: string) => `¿Quitar ${provider}?`,
    removeText: 'Ya no le dará acceso, y se cerrará la sesión en sus otros dispositivos.',
    removed: (provider: string) => `Se ha quitado ${provider}.`,
  },
}
