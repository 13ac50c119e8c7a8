import type { AppearanceWords } from './en.ts'

export const es: AppearanceWords = {
  appearance: {
    title: 'Idioma y tema',
    intro: 'El idioma va con tu cuenta; el tema, con este navegador.',
    language: 'Idioma',
    languageHint: 'Se aplica enseguida, aquí y en las páginas de inicio de sesión.',
    languageSaved: 'Hemos guardado el idioma.',
    theme: 'Tema',
    system: 'Como en este dispositivo',
    light: 'Claro',
    dark: 'Oscuro',
    themeSaved: 'Hemos guardado el tema.',
  },
}
