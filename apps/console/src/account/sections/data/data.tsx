import { useState } from 'react'
import { auth, useAction, useUser } from '../../../base/auth.ts'
import { departTo } from '../../departure.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Field } from '../../../parts/field.tsx'
import { saveFile } from '../../../parts/save-file.ts'
import { Card, SectionPage } from '../../../parts/section-page.tsx'
import type { DataWords } from './words/en.ts'

export function Data() {
  const { t } = useLocale<DataWords>()
  return (
    <SectionPage title={t.data.title} intro={t.data.intro}>
      <Card title={t.data.exportTitle}>
        <Export />
      </Card>
      <Card title={t.data.deleteTitle}>
        <Delete />
      </Card>
    </SectionPage>
  )
}

function Export() {
  const { t } = useLocale<DataWords>()
  const announce = useAnnounce()
  const exporting = useAction(auth.account.export)
  const download = async () => {
    const { data } = await exporting.run()
    if (!data) return
    const name = `latchkey-export-${new Date().toISOString().slice(0, 10)}.json`
    saveFile({ name, type: 'application/json', content: JSON.stringify(data, null, 2) })
    announce(t.data.exported)
  }
  return (
    <>
      <p>{t.data.exportText}</p>
      {exporting.error && <ErrorNotice error={exporting.error} />}
      <div className="actions">
        <button
          type="button"
          className="secondary"
          disabled={exporting.pending}
          onClick={() => void download()}
        >
          {t.data.export}
        </button>
      </div>
    </>
  )
}

function Delete() {
  const { t } = useLocale<DataWords>()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <p>{t.data.deleteText}</p>
      <div className="actions">
        <button type="button" className="danger-outline" onClick={() => setAsking(true)}>
          {t.data.delete}
        </button>
      </div>
      {asking && <DeleteDialog onClose={() => setAsking(false)} />}
    </>
  )
}

function DeleteDialog({ onClose }: { onClose(): void }) {
  const { t } = useLocale<DataWords>()
  const email = useUser()?.email ?? ''
  const [typed, setTyped] = useState('')
  const [isOther, setIsOther] = useState(false)
  const deleting = useAction(auth.account.delete)
  const destroy = async () => {
    const isRight = typed.trim().toLowerCase() === email.toLowerCase()
    setIsOther(!isRight)
    if (!isRight) return
    // The account signs out by being gone.
    departTo('/account/goodbye')
    const { error } = await deleting.run()
    if (error) departTo(null)
  }
  return (
    <Dialog title={t.data.confirmTitle} onClose={onClose}>
      <p>{t.data.confirmText}</p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void destroy()
        }}
      >
        {deleting.error && <ErrorNotice error={deleting.error} />}
        <Field
          label={t.data.typeEmail(email)}
          name="confirmation"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          fault={isOther ? t.data.notTheEmail : null}
          onChange={({ target }) => setTyped(target.value)}
        />
        <div className="actions">
          <button type="button" className="secondary" onClick={onClose}>
            {t.actions.cancel}
          </button>
          <button className="danger" disabled={deleting.pending}>
            {t.data.confirm}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
