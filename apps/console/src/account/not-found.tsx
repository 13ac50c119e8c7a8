import { Link } from 'wouter'
import { useLocale } from '../base/locale/locale.tsx'
import { SectionPage } from '../parts/section-page.tsx'

export function NotFound() {
  const { t } = useLocale()
  return (
    <SectionPage title={t.shell.notFound}>
      <p>
        <Link href="/">{t.shell.toProfile}</Link>
      </p>
    </SectionPage>
  )
}
