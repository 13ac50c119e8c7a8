import type { Passkey } from '@latchkey/client'
import { useState } from 'react'
import { auth, useAction } from '../../base/auth.ts'
import { useLocale } from '../../base/locale/locale.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { ErrorNotice } from '../../parts/error-notice.tsx'
import { Field } from '../../parts/field.tsx'

interface RenameProps {
  passkey: Passkey
  onRenamed(passkey: Passkey): void
  onClose(): void
}

export function RenamePasskey({ passkey, onRenamed, onClose }: RenameProps) {
  const { t } = useLocale()
  const [name, setName] = useState(passkey.name)
  const renaming = useAction(auth.passkey.rename)
  const rename = async () => {
    const { data } = await renaming.run(passkey.id, name)
    if (data) onRenamed(data)
  }
  return (
    <Dialog title={t.passkeys.renameTitle(passkey.name)} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void rename()
        }}
      >
        {renaming.error && <ErrorNotice error={renaming.error} />}
        <Field
          label={t.passkeys.name}
          name="name"
          required
          maxLength={100}
          value={name}
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
