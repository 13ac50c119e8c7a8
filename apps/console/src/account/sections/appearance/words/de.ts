import type { AppearanceWords } from './en.ts'

export const de: AppearanceWords = {
  appearance: {
    title: 'Sprache und Design',
    intro: 'Die Sprache gehört zu Ihrem Konto, das Design zu diesem Browser.',
    language: 'Sprache',
    languageHint: 'Gilt sofort, hier und auf den Anmeldeseiten.',
    languageSaved: 'Die Sprache wurde gespeichert.',
    theme: 'Design',
    system: 'Wie auf diesem Gerät',
    light: 'Hell',
    dark: 'Dunkel',
    themeSaved: 'Das Design wurde gespeichert.',
  },
}
