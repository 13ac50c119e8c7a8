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

/** Returns the language of a tag such as `de-AT`; null if there is no such translation. */
export function languageOf(tag: string | null | undefined): Language | null {
  const [primary = ''] = (tag ?? '').toLowerCase().split(/[-_]/)
  return Object.hasOwn(languages, primary) ? (primary as Language) : null
}
