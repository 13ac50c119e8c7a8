import { Redirect } from 'wouter'
import { useAuth } from '../base/auth.ts'
import { useLocale } from '../base/locale/locale.tsx'
import { Brand } from '../parts/brand.tsx'
import { SectionPage } from '../parts/section-page.tsx'
import type { AccountWords } from './words/en.ts'

/** The page after an account was deleted; opened by a page load of its own. */
export function Goodbye() {
  const { t } = useLocale<AccountWords>()
  const status = useAuth(({ status }) => status)
  // A link to this address, sent by somebody else, must not frighten a signed-in user.
  if (status === 'signed-in') return <Redirect to="/" />
  return (
    <div className="lobby">
      <header>
        <Brand />
      </header>
      <main className="card">
        <SectionPage title={t.goodbye.title}>
          <p>{t.goodbye.text}</p>
          <p>
            <a href="/sign-up">{t.goodbye.again}</a>
          </p>
        </SectionPage>
      </main>
    </div>
  )
}
