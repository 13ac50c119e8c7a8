import { Link } from 'wouter'
import { useLocale } from '../base/locale/locale.tsx'
import { SectionPage } from '../parts/section-page.tsx'
import type { AccountWords } from './words/en.ts'

export function NotFound() {
  const { t } = useLocale<AccountWords>()
  return (
    <SectionPage title={t.shell.notFound}>
      <p>
        <Link href="/">{t.shell.toProfile}</Link>
      </p>
    </SectionPage>
  )
}
