import type { ProfileWords } from './en.ts'

export const fr: ProfileWords = {
  profile: {
    title: 'Profil',
    intro: 'Le nom sous lequel les applications et les gens vous saluent.',
    name: 'Nom',
    optional: 'facultatif',
    saved: 'Votre nom a été enregistré.',
    about: 'À propos de ce compte',
    email: 'Adresse e-mail',
    language: 'Langue',
    since: 'Compte créé le',
    change: 'Modifier',
  },
}
