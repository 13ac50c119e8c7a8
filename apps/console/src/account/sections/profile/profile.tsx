import { useState } from 'react'
import { Link } from 'wouter'
import { auth, useAction, useUser } from '../../../base/auth.ts'
import { languageOf, languages } from '../../../base/locale/languages.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Field } from '../../../parts/field.tsx'
import { Card, SectionPage } from '../../../parts/section-page.tsx'
import type { ProfileWords } from './words/en.ts'

export function Profile() {
  const { t, format, language } = useLocale<ProfileWords>()
  const user = useUser()
  if (!user) return null
  return (
    <SectionPage title={t.profile.title} intro={t.profile.intro}>
      <Card>
        <NameForm name={user.name ?? ''} />
      </Card>
      <Card title={t.profile.about}>
        <dl className="facts">
          <div>
            <dt>{t.profile.email}</dt>
            <dd>{user.email}</dd>
            <dd>
              <Link href="/email" aria-label={`${t.profile.change}: ${t.profile.email}`}>
                {t.profile.change}
              </Link>
            </dd>
          </div>
          <div>
            <dt>{t.profile.language}</dt>
            <dd>{languages[languageOf(user.locale) ?? language]}</dd>
            <dd>
              <Link href="/appearance" aria-label={`${t.profile.change}: ${t.profile.language}`}>
                {t.profile.change}
              </Link>
            </dd>
          </div>
          <div>
            <dt>{t.profile.since}</dt>
            <dd>{format.date(user.createdAt)}</dd>
          </div>
        </dl>
      </Card>
    </SectionPage>
  )
}

function NameForm({ name: saved }: { name: string }) {
  const { t } = useLocale<ProfileWords>()
  const announce = useAnnounce()
  const [name, setName] = useState(saved)
  const saving = useAction(auth.account.update)
  const save = async () => {
    const { error } = await saving.run({ name: name.trim() || null })
    if (!error) announce(t.profile.saved)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {saving.error && <ErrorNotice error={saving.error} />}
      <Field
        label={
          <>
            {t.profile.name} <span className="optional">{t.profile.optional}</span>
          </>
        }
        name="name"
        autoComplete="name"
        maxLength={200}
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <div className="actions">
        <button disabled={saving.pending}>{t.actions.save}</button>
      </div>
    </form>
  )
}
