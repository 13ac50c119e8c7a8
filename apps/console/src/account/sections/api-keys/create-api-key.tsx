import { useId, useState } from 'react'
import { auth, useAction, useUser } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Field } from '../../../parts/field.tsx'
import type { ApiKeysWords } from './words/en.ts'

const terms = [30, 90, 365]
const day = 86_400

/** Asks what the key is for, what it may do and how long. */
export function CreateApiKey({ onCreated, onClose }: { onCreated(key: string): void; onClose(): void }) {
  const { t } = useLocale<ApiKeysWords>()
  const user = useUser()
  const termId = useId()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState('')
  const [term, setTerm] = useState('90')
  const [inheritRoles, setInheritRoles] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const creating = useAction(auth.apiKeys.create)
  const create = async () => {
    const fault = name.trim() === '' ? t.apiKeys.nameMissing : null
    setFault(fault)
    if (fault) return
    const { data } = await creating.run({
      name: name.trim(),
      scopes: [...new Set(scopes.split(/\s+/).filter(Boolean))],
      expiresIn: term === 'never' ? null : Number(term) * day,
      inheritRoles,
    })
    if (data) onCreated(data.key)
  }

  return (
    <Dialog title={t.apiKeys.create} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        {creating.error && <ErrorNotice error={creating.error} />}
        <Field
          label={t.apiKeys.name}
          name="name"
          autoComplete="off"
          maxLength={100}
          value={name}
          fault={fault}
          onChange={({ target }) => setName(target.value)}
        />
        <Field
          label={t.apiKeys.scopes}
          name="scopes"
          hint={t.apiKeys.scopesHint}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={scopes}
          onChange={({ target }) => setScopes(target.value)}
        />
        <div className="field">
          <label htmlFor={termId}>{t.apiKeys.expires}</label>
          <select id={termId} value={term} onChange={({ target }) => setTerm(target.value)}>
            {terms.map((count) => (
              <option key={count} value={count}>
                {t.apiKeys.days(count)}
              </option>
            ))}
            <option value="never">{t.apiKeys.never}</option>
          </select>
        </div>
        {user && user.roles.length > 0 && (
          <p>
            <label>
              <input
                type="checkbox"
                checked={inheritRoles}
                onChange={({ target }) => setInheritRoles(target.checked)}
              />{' '}
              {t.apiKeys.inherit}
            </label>
          </p>
        )}
        <div className="actions">
          <button type="button" className="secondary" onClick={onClose}>
            {t.actions.cancel}
          </button>
          <button disabled={creating.pending}>{t.apiKeys.create}</button>
        </div>
      </form>
    </Dialog>
  )
}
