import { useState } from 'react'
import { auth, useAction } from '../../../base/auth.ts'
import { type Language, languages } from '../../../base/locale/languages.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Card, SectionPage } from '../../../parts/section-page.tsx'
import { keepTheme, readTheme, type Theme, themes } from '../../../base/preferences.ts'
import type { AppearanceWords } from './words/en.ts'

export function Appearance() {
  const { t } = useLocale<AppearanceWords>()
  return (
    <SectionPage title={t.appearance.title} intro={t.appearance.intro}>
      <Card>
        <LanguageChoice />
      </Card>
      <Card>
        <ThemeChoice />
      </Card>
    </SectionPage>
  )
}

function LanguageChoice() {
  const { t, language, speak } = useLocale<AppearanceWords>()
  const announce = useAnnounce()
  const [wanted, setWanted] = useState<Language | null>(null)
  const saving = useAction(auth.account.update)
  const choose = async (next: Language) => {
    setWanted(next)
    const { error } = await saving.run({ locale: next })
    // A language that cannot be loaded now is shown at the next visit: the account has it already.
    const spoken = error ? null : await speak(next).catch(() => t)
    setWanted(null)
    if (spoken) announce(spoken.appearance.languageSaved)
  }
  return (
    <div className="field">
      <label htmlFor="language">{t.appearance.language}</label>
      {saving.error && <ErrorNotice error={saving.error} />}
      <select
        id="language"
        value={wanted ?? language}
        disabled={wanted !== null}
        aria-describedby="language-hint"
        onChange={({ target }) => void choose(target.value as Language)}
      >
        {Object.entries(languages).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
      <p className="hint" id="language-hint">
        {t.appearance.languageHint}
      </p>
    </div>
  )
}

function ThemeChoice() {
  const { t } = useLocale<AppearanceWords>()
  const announce = useAnnounce()
  const [theme, setTheme] = useState(readTheme)
  const choose = (next: Theme) => {
    keepTheme(next)
    setTheme(next)
    announce(t.appearance.themeSaved)
  }
  return (
    <fieldset className="choices">
      <legend>{t.appearance.theme}</legend>
      {themes.map((each) => (
        <label key={each}>
          <input type="radio" name="theme" checked={theme === each} onChange={() => choose(each)} />
          {t.appearance[each]}
        </label>
      ))}
    </fieldset>
  )
}
