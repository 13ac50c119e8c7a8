import type { DevicesWords } from './en.ts'

export const fr: DevicesWords = {
  devices: {
    title: 'Appareils',
    intro:
      'Là où vous êtes connecté. Déconnectez ce que vous ne reconnaissez pas, puis changez de mot de passe.',
    current: 'Cet appareil',
    since: (when) => `Connecté le ${when}`,
    bound: 'Une copie de cette connexion ne vaut rien : elle a sa propre clé',
    end: 'Déconnecter',
    endNamed: (device) => `Déconnecter ${device}`,
    endTitle: (device) => `Déconnecter ${device} ?`,
    endText: 'La personne qui l’utilise devra se reconnecter.',
    ended: (device) => `${device} a été déconnecté.`,
    endOthers: 'Déconnecter tous les autres appareils',
    endOthersTitle: 'Déconnecter tous les autres appareils ?',
    endOthersText: 'Seul cet appareil reste connecté.',
    endedOthers: 'Tous les autres appareils ont été déconnectés.',
    alone: 'Vous n’êtes connecté que sur cet appareil.',
  },
}
