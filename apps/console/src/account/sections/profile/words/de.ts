import type { ProfileWords } from './en.ts'

export const de: ProfileWords = {
  profile: {
    title: 'Profil',
    intro: 'So sprechen Apps und andere Sie an.',
    name: 'Name',
    optional: 'freiwillig',
    saved: 'Ihr Name wurde gespeichert.',
    about: 'Über dieses Konto',
    email: 'E-Mail-Adresse',
    language: 'Sprache',
    since: 'Konto seit',
    change: 'Ändern',
  },
}
