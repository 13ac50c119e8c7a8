import type { DataWords } from './en.ts'

export const fr: DataWords = {
  data: {
    title: 'Vos données',
    intro: 'Emportez-les, ou quittez-nous.',
    exportTitle: 'Télécharger vos données',
    exportText:
      'Le profil, les appareils et toute l’activité dans un fichier JSON. Il ne contient rien qui permette de se connecter.',
    export: 'Télécharger',
    exported: 'Vos données ont été téléchargées.',
    deleteTitle: 'Supprimer le compte',
    deleteText: 'Le compte et tout son contenu disparaissent aussitôt, et personne ne peut les rétablir.',
    delete: 'Supprimer le compte…',
    confirmTitle: 'Supprimer définitivement ce compte ?',
    confirmText: 'Le profil, les appareils et l’activité sont supprimés. Il n’y a pas de retour possible.',
    typeEmail: (email) => `Saisissez ${email} pour confirmer`,
    notTheEmail: 'Ce n’est pas l’adresse de ce compte.',
    confirm: 'Supprimer définitivement',
  },
}
