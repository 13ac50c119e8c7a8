import { de } from './de.ts'
import { en, type Messages } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { pt } from './pt.ts'

/** A language that the pages speak, as `<html lang>` has it. */
export const languages = ['en', 'de', 'es', 'fr', 'pt', 'ja'] as const
export type Language = (typeof languages)[number]

export const catalogue: Readonly<Record<Language, Messages>> = { en, de, es, fr, pt, ja }

/** Each language by its own name. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  pt: 'Português',
  ja: '日本語',
}

export const isLanguage = (text: string): text is Language => (languages as readonly string[]).includes(text)

/** A visitor's language preferences, the strongest first. */
export interface Wishes {
  /** `ui_locales` (OpenID Connect Core §3.1.2.1): tags separated by spaces, the best first. */
  uiLocales: string | null
  cookie: string | null
  /** RFC 9110 §12.5.4. */
  acceptLanguage: string | null
}

/** Chooses the first requested language that is available; English if none is. */
export const chooseLanguage = ({ uiLocales, cookie, acceptLanguage }: Wishes): Language =>
  firstSpoken(uiLocales?.split(/\s+/) ?? []) ??
  firstSpoken(cookie === null ? [] : [cookie]) ??
  firstSpoken(byQuality(acceptLanguage ?? '')) ??
  'en'

const longest = 500

/** `pt-BR` is answered in `pt`: each language is written in one way only. */
const firstSpoken = (tags: readonly string[]): Language | undefined =>
  tags.map((tag) => tag.toLowerCase().split('-', 1)[0] as string).find(isLanguage)

function byQuality(header: string): string[] {
  const ranges = header
    .slice(0, longest)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { tag, quality: quality === undefined ? 1 : Number(quality) }
    })
  return ranges
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag)
}
