import type { DataWords } from './en.ts'

export const de: DataWords = {
  data: {
    title: 'Ihre Daten',
    intro: 'Nehmen Sie sie mit, oder verlassen Sie uns.',
    exportTitle: 'Daten herunterladen',
    exportText:
      'Profil, Geräte und die gesamte Aktivität als JSON-Datei. Sie enthält nichts, womit man sich anmelden könnte.',
    export: 'Herunterladen',
    exported: 'Ihre Daten wurden heruntergeladen.',
    deleteTitle: 'Konto löschen',
    deleteText: 'Das Konto und alles darin wird sofort gelöscht, und niemand kann es zurückholen.',
    delete: 'Konto löschen …',
    confirmTitle: 'Dieses Konto endgültig löschen?',
    confirmText: 'Profil, Geräte und Aktivität werden gelöscht. Das lässt sich nicht rückgängig machen.',
    typeEmail: (email) => `Geben Sie zur Bestätigung ${email} ein`,
    notTheEmail: 'Das ist nicht die Adresse dieses Kontos.',
    confirm: 'Endgültig löschen',
  },
}
