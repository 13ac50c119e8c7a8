import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  appearance: {
    title: 'Language and theme',
    intro: 'Language goes with your account, the theme with this browser.',
    language: 'Language',
    languageHint: 'Takes effect at once, here and on the sign-in pages.',
    languageSaved: 'The language has been saved.',
    theme: 'Theme',
    system: 'As on this device',
    light: 'Light',
    dark: 'Dark',
    themeSaved: 'The theme has been saved.',
  },
}

export type AppearanceWords = Translated<typeof en>
