import type { AppearanceWords } from './en.ts'

export const fr: AppearanceWords = {
  appearance: {
    title: 'Langue et thème',
    intro: 'La langue suit votre compte, le thème suit ce navigateur.',
    language: 'Langue',
    languageHint: 'S’applique aussitôt, ici et sur les pages de connexion.',
    languageSaved: 'La langue a été enregistrée.',
    theme: 'Thème',
    system: 'Comme sur cet appareil',
    light: 'Clair',
    dark: 'Sombre',
    themeSaved: 'Le thème a été enregistré.',
  },
}
