import type { Language } from '../../base/locale/languages.ts'
import type { AccountWords } from './en.ts'

/** One is loaded, not six. */
const sources: Record<Language, () => Promise<AccountWords>> = {
  de: async () => (await import('./de.ts')).de,
  en: async () => (await import('./en.ts')).en,
  es: async () => (await import('./es.ts')).es,
  fr: async () => (await import('./fr.ts')).fr,
  pt: async () => (await import('./pt.ts')).pt,
  ja: async () => (await import('./ja.ts')).ja,
}

export const loadWords = (language: Language): Promise<AccountWords> => sources[language]()
