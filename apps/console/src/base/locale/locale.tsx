import { createContext, type PropsWithChildren, use, useCallback, useEffect, useMemo, useState } from 'react'
import { keepLanguageCookie } from '../preferences.ts'
import { createFormat, type Format } from './format.ts'
import { type Language, loadMessages } from './languages.ts'
import type { Messages } from './messages.ts'

export interface Spoken {
  language: Language
  messages: Messages
}

interface Locale {
  language: Language
  t: Messages
  format: Format
  /** Loads the language, shows it, keeps it on this device, returns what it says. Rejects when it cannot be loaded. */
  speak(language: Language): Promise<Messages>
}

const LocaleContext = createContext<Locale | null>(null)

export function LocaleProvider({ initial, children }: PropsWithChildren<{ initial: Spoken }>) {
  const [spoken, setSpoken] = useState(initial)
  const { language, messages } = spoken
  const speak = useCallback(async (language: Language) => {
    const messages = await loadMessages(language)
    setSpoken({ language, messages })
    keepLanguageCookie(language)
    return messages
  }, [])
  const locale = useMemo(
    () => ({ language, t: messages, format: createFormat(language), speak }),
    [language, messages, speak],
  )
  useEffect(() => void (document.documentElement.lang = language), [language])
  return <LocaleContext value={locale}>{children}</LocaleContext>
}

export function useLocale(): Locale {
  const locale = use(LocaleContext)
  if (!locale) throw new TypeError('useLocale is used outside of LocaleProvider')
  return locale
}
