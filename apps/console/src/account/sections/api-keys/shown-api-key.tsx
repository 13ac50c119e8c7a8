import { useState } from 'react'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { Field } from '../../../parts/field.tsx'
import type { ApiKeysWords } from './words/en.ts'

/** A new key, this once. */
export function ShownApiKey({ value, onClose }: { value: string; onClose(): void }) {
  const { t } = useLocale<ApiKeysWords>()
  const [copied, setCopied] = useState(false)
  // Without access to the clipboard the key can still be selected.
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    )

  return (
    <Dialog title={t.apiKeys.shownTitle} onClose={onClose}>
      <p>{t.apiKeys.shownText}</p>
      <Field
        label={t.apiKeys.key}
        name="key"
        readOnly
        autoComplete="off"
        spellCheck={false}
        value={value}
        onFocus={({ target }) => target.select()}
      />
      <p role="status">{copied && t.apiKeys.copied}</p>
      <div className="actions">
        <button type="button" onClick={() => void copy()}>
          {t.apiKeys.copy}
        </button>
        <button type="button" className="secondary" onClick={onClose}>
          {t.apiKeys.done}
        </button>
      </div>
    </Dialog>
  )
}
