import type { PasswordWords } from './en.ts'

export const fr: PasswordWords = {
  password: {
    title: 'Mot de passe',
    intro: 'Le modifier déconnecte tous vos autres appareils.',
    current: 'Mot de passe actuel',
    next: 'Nouveau mot de passe',
    hint: 'Au moins 8 caractères. Plusieurs mots à la suite sont faciles à retenir et difficiles à deviner.',
    tooShort: 'Le nouveau mot de passe doit avoir au moins 8 caractères.',
    change: 'Modifier le mot de passe',
    changed: 'Votre mot de passe a été modifié. Tous les autres appareils ont été déconnectés.',
    forgot: 'Mot de passe oublié ?',
    stepUpText: 'Pour cela, nous vous redemandons votre mot de passe.',
    stepUpField: 'Mot de passe',
  },
}
