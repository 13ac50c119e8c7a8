import { useEffect } from 'react'
import { Route, Router, Switch } from 'wouter'
import { useAuth, useUser } from '../base/auth.ts'
import { depart } from './departure.ts'
import { Goodbye } from './goodbye.tsx'
import { languageOf } from '../base/locale/languages.ts'
import { LocaleProvider, type Spoken, useLocale } from '../base/locale/locale.tsx'
import { AnnouncerProvider } from '../parts/announcer.tsx'
import { Crash } from '../parts/crash.tsx'
import { ErrorNotice } from '../parts/error-notice.tsx'
import { StepUp } from '../parts/step-up.tsx'
import { stepUpViews } from './sections/sections.ts'
import { Shell } from './shell.tsx'
import type { AccountWords } from './words/en.ts'
import { loadWords } from './words/load-words.ts'

export function AccountApp({ initial }: { initial: Spoken }) {
  return (
    <LocaleProvider initial={initial} load={loadWords}>
      <Crash>
        <AnnouncerProvider>
          <Router base="/account">
            <Switch>
              <Route path="/goodbye" component={Goodbye} />
              <Route component={Gate} />
            </Switch>
          </Router>
        </AnnouncerProvider>
      </Crash>
    </LocaleProvider>
  )
}

/** Lets in signed-in users, and leads all others to sign-in. */
function Gate() {
  const { t, speak, language } = useLocale<AccountWords>()
  const status = useAuth(({ status }) => status)
  const error = useAuth(({ error }) => error)
  const preferred = languageOf(useUser()?.locale)

  useEffect(() => {
    if (status === 'signed-out') void depart()
  }, [status])

  useEffect(() => {
    // If a language cannot be loaded, the one shown stays.
    if (preferred && preferred !== language) speak(preferred).catch(() => {})
    // Runs when the account's language changes, not when somebody chooses here.
  }, [preferred])

  if (status === 'signed-in') {
    return (
      <>
        <Shell />
        <StepUp views={stepUpViews} />
      </>
    )
  }
  return (
    <main className="lobby">
      {status === 'loading' && error && <ErrorNotice error={error} />}
      <p role="status">{status === 'loading' ? t.page.loading : t.shell.signingIn}</p>
    </main>
  )
}
