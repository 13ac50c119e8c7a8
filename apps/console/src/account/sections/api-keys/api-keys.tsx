import type { ApiKey } from '@latchkey/client'
import { useRef, useState } from 'react'
import { auth } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Loading } from '../../../parts/loading.tsx'
import { useFocusAfterLoss } from '../../../parts/use-focus-after-loss.ts'
import { ItemList } from '../../../parts/item-list.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { Rename } from '../../../parts/rename.tsx'
import { RowAction } from '../../../parts/row-action.tsx'
import { SectionPage } from '../../../parts/section-page.tsx'
import { useLoad } from '../../../parts/use-load.ts'
import { CreateApiKey } from './create-api-key.tsx'
import { ShownApiKey } from './shown-api-key.tsx'
import type { ApiKeysWords } from './words/en.ts'

type Asked =
  | { what: 'create' }
  | { what: 'rename' | 'rotate' | 'revoke'; apiKey: ApiKey }
  | { what: 'show'; key: string }

export function ApiKeys() {
  const { t } = useLocale<ApiKeysWords>()
  const announce = useAnnounce()
  const { data: apiKeys, error, reload } = useLoad(auth.apiKeys.list)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { list, lose } = useFocusAfterLoss<HTMLDivElement>(apiKeys)
  const close = () => setAsked(null)

  const show = (key: string) => {
    setAsked({ what: 'show', key })
    reload()
  }
  const renamed = (name: string) => {
    close()
    announce(t.apiKeys.renamedDone(name))
    reload()
  }
  const revoked = (name: string) => {
    lose()
    close()
    announce(t.apiKeys.revokedDone(name))
    reload()
  }

  return (
    <SectionPage title={t.apiKeys.title} intro={t.apiKeys.intro}>
      <div className="actions">
        <button type="button" onClick={() => setAsked({ what: 'create' })}>
          {t.apiKeys.create}
        </button>
      </div>
      <Loading of={apiKeys} error={error} reload={reload} />
      <ItemList
        ref={list}
        title={t.apiKeys.title}
        empty={t.apiKeys.empty}
        items={apiKeys}
        row={(apiKey) => (
          <ApiKeyRow key={apiKey.id} apiKey={apiKey} onAsk={(what) => setAsked({ what, apiKey })} />
        )}
      />
      {asked?.what === 'create' && <CreateApiKey onCreated={show} onClose={close} />}
      {asked?.what === 'show' && <ShownApiKey value={asked.key} onClose={close} />}
      {asked?.what === 'rename' && (
        <Rename
          title={t.apiKeys.renameTitle(asked.apiKey.name)}
          label={t.apiKeys.name}
          name={asked.apiKey.name}
          missing={t.apiKeys.nameMissing}
          run={(name) => auth.apiKeys.rename(asked.apiKey.id, name)}
          onRenamed={renamed}
          onClose={close}
        />
      )}
      {asked?.what === 'rotate' && <Rotate apiKey={asked.apiKey} onRotated={show} onClose={close} />}
      {asked?.what === 'revoke' && (
        <Confirm
          title={t.apiKeys.revokeTitle(asked.apiKey.name)}
          text={t.apiKeys.revokeText}
          action={t.apiKeys.revoke}
          run={() => auth.apiKeys.revoke(asked.apiKey.id)}
          onDone={() => revoked(asked.apiKey.name)}
          onClose={close}
        />
      )}
    </SectionPage>
  )
}

interface RotateProps {
  apiKey: ApiKey
  onRotated(key: string): void
  onClose(): void
}

function Rotate({ apiKey: { id, name }, onRotated, onClose }: RotateProps) {
  const { t } = useLocale<ApiKeysWords>()
  const made = useRef('')
  const rotate = async () => {
    const result = await auth.apiKeys.rotate(id)
    made.current = result.data?.key ?? ''
    return result
  }
  return (
    <Confirm
      title={t.apiKeys.rotateTitle(name)}
      text={t.apiKeys.rotateText}
      action={t.apiKeys.rotate}
      run={rotate}
      onDone={() => onRotated(made.current)}
      onClose={onClose}
    />
  )
}

function ApiKeyRow({ apiKey, onAsk }: { apiKey: ApiKey; onAsk(what: 'rename' | 'rotate' | 'revoke'): void }) {
  const { t, format } = useLocale<ApiKeysWords>()
  const { name, scopes, lastUsedAt, createdAt, expiresAt } = apiKey
  const state = stateOf(apiKey)
  return (
    <li className="row">
      <div>
        <h2>
          {name} <code>…{apiKey.lastFour}</code>
          {state !== 'live' && <span className="badge">{t.apiKeys[state]}</span>}
        </h2>
        <p>
          {lastUsedAt ? t.apiKeys.used(format.ago(lastUsedAt)) : t.apiKeys.unused}
          {' · '}
          {expiresAt ? t.apiKeys.until(format.date(expiresAt)) : t.apiKeys.endless}
        </p>
        <p>{t.apiKeys.created(format.date(createdAt))}</p>
        {scopes.length > 0 && (
          <p>
            {t.apiKeys.scopes}: {scopes.join(' ')}
          </p>
        )}
      </div>
      {(state === 'live' || state === 'replaced') && (
        <div className="actions">
          <RowAction
            text={t.apiKeys.rename}
            named={t.apiKeys.renameNamed(name)}
            onClick={() => onAsk('rename')}
          />
          {state === 'live' && (
            <RowAction
              text={t.apiKeys.rotate}
              named={t.apiKeys.rotateNamed(name)}
              onClick={() => onAsk('rotate')}
            />
          )}
          <RowAction
            text={t.apiKeys.revoke}
            named={t.apiKeys.revokeNamed(name)}
            onClick={() => onAsk('revoke')}
          />
        </div>
      )}
    </li>
  )
}

function stateOf({ revokedAt, expiresAt, successorId }: ApiKey): 'live' | 'revoked' | 'ended' | 'replaced' {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) return 'ended'
  return successorId === null ? 'live' : 'replaced'
}
