import type { Messages } from './messages.ts'

/** Each by its own name, so that people find theirs in a list they cannot read. */
export const languages = {
  de: 'Deutsch',
  en: 'English',
  es: 'Español',
  fr: 'Français',
  pt: 'Português',
  ja: '日本語',
} as const

export type Language = keyof typeof languages

/** One is loaded, not six. */
const sources: Record<Language, () => Promise<Messages>> = {
  de: async () => (await import('./de.ts')).de,
  en: async () => (await import('./en.ts')).en,
  es: async () => (await import('./es.ts')).es,
  fr: async () => (await import('./fr.ts')).fr,
  pt: async () => (await import('./pt.ts')).pt,
  ja: async () => (await import('./ja.ts')).ja,
}

export const loadMessages = (language: Language): Promise<Messages> => sources[language]()

/** Returns the language of a tag such as `de-AT`; null if there is no such translation. */
export function languageOf(tag: string | null | undefined): Language | null {
  const [primary = ''] = (tag ?? '').toLowerCase().split(/[-_]/)
  return Object.hasOwn(languages, primary) ? (primary as Language) : null
}
