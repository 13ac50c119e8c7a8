import { createContext, type PropsWithChildren, use, useCallback, useEffect, useMemo, useState } from 'react'
import { keepLanguageCookie } from '../preferences.ts'
import type { BaseWords } from '../words/en.ts'
import { createFormat, type Format } from './format.ts'
import type { Language } from './languages.ts'

export interface Spoken {
  language: Language
  words: BaseWords
}

interface Locale<Words> {
  language: Language
  t: Words
  format: Format
  /** Loads the language, shows it, keeps it on this device, returns what it says. Rejects when it cannot be loaded. */
  speak(language: Language): Promise<Words>
}

const LocaleContext = createContext<Locale<BaseWords> | null>(null)

interface LocaleProviderProps {
  initial: Spoken
  load(language: Language): Promise<BaseWords>
}

export function LocaleProvider({ initial, load, children }: PropsWithChildren<LocaleProviderProps>) {
  const [spoken, setSpoken] = useState(initial)
  const { language, words } = spoken
  const speak = useCallback(
    async (language: Language) => {
      const words = await load(language)
      setSpoken({ language, words })
      keepLanguageCookie(language)
      return words
    },
    [load],
  )
  const locale = useMemo(
    () => ({ language, t: words, format: createFormat(language), speak }),
    [language, words, speak],
  )
  useEffect(() => void (document.documentElement.lang = language), [language])
  return <LocaleContext value={locale}>{children}</LocaleContext>
}

/** Returns the locale; its `t` holds the words of the base and `Own`, those of the caller's folder. */
export function useLocale<Own = unknown>(): Locale<BaseWords & Own> {
  const locale = use(LocaleContext)
  if (!locale) throw new TypeError('useLocale is used outside of LocaleProvider')
  // The languages handed in hold the words of every folder; the base cannot name their types.
  return locale as Locale<BaseWords & Own>
}
