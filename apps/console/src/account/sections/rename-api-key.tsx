import type { ApiKey } from '@latchkey/client'
import { useState } from 'react'
import { auth, useAction } from '../../base/auth.ts'
import { useLocale } from '../../base/locale/locale.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { Field } from '../../parts/field.tsx'

interface RenameProps {
  apiKey: ApiKey
  onRenamed(name: string): void
  onClose(): void
}

/** Only what the key is called; what it may do stays as it was made. */
export function RenameApiKey({ apiKey, onRenamed, onClose }: RenameProps) {
  const { t } = useLocale()
  const [name, setName] = useState(apiKey.name)
  const [fault, setFault] = useState<string | null>(null)
  const renaming = useAction(auth.apiKeys.rename)
  const rename = async () => {
    const fault = name.trim() === '' ? t.apiKeys.nameMissing : null
    setFault(fault)
    if (fault) return
    const { data } = await renaming.run(apiKey.id, name.trim())
    if (data) onRenamed(data.name)
  }

  return (
    <Dialog title={t.apiKeys.renameTitle(apiKey.name)} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void rename()
        }}
      >
        {renaming.error && <ErrorNotice error={renaming.error} />}
        <Field
          label={t.apiKeys.name}
          name="name"
          autoComplete="off"
          maxLength={100}
          value={name}
          fault={fault}
          onChange={({ target }) => setName(target.value)}
        />
        <div className="actions">
          <button type="button" className="secondary" onClick={onClose}>
            {t.actions.cancel}
          </button>
          <button disabled={renaming.pending}>{t.actions.save}</button>
        </div>
      </form>
    </Dialog>
  )
}
