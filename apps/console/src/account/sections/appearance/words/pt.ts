import type { AppearanceWords } from './en.ts'

export const pt: AppearanceWords = {
  appearance: {
    title: 'Idioma e tema',
    intro: 'O idioma acompanha a sua conta; o tema, este navegador.',
    language: 'Idioma',
    languageHint: 'Vale na hora, aqui e nas páginas de entrada.',
    languageSaved: 'O idioma foi salvo.',
    theme: 'Tema',
    system: 'Como neste dispositivo',
    light: 'Claro',
    dark: 'Escuro',
    themeSaved: 'O tema foi salvo.',
  },
}
