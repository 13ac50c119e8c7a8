import type { Passkey } from '@latchkey/client'
import { useState } from 'react'
import { auth, useAction } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Loading } from '../../../parts/loading.tsx'
import { useFocusAfterLoss } from '../../../parts/use-focus-after-loss.ts'
import { ItemList } from '../../../parts/item-list.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { Rename } from '../../../parts/rename.tsx'
import { RowAction } from '../../../parts/row-action.tsx'
import { SectionPage } from '../../../parts/section-page.tsx'
import { useLoad } from '../../../parts/use-load.ts'
import type { PasskeysWords } from './words/en.ts'

type Asked = { what: 'rename' | 'remove'; passkey: Passkey }

export function Passkeys() {
  const { t } = useLocale<PasskeysWords>()
  const announce = useAnnounce()
  const { data, error, reload } = useLoad(auth.passkey.list)
  const adding = useAction(auth.passkey.register)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { list, lose } = useFocusAfterLoss<HTMLDivElement>(data)
  const close = () => setAsked(null)

  const done = (sentence: string) => {
    close()
    announce(sentence)
    reload()
  }
  const add = async () => {
    const { data: passkey } = await adding.run({})
    if (passkey) done(t.passkeys.added(passkey.name))
  }

  return (
    <SectionPage title={t.passkeys.title} intro={t.passkeys.intro}>
      {auth.passkey.isSupported() ? (
        <div className="actions">
          <button type="button" disabled={adding.pending} onClick={() => void add()}>
            {t.passkeys.add}
          </button>
        </div>
      ) : (
        <p className="note">{t.passkeys.unsupported}</p>
      )}
      {adding.error && <ErrorNotice error={adding.error} />}
      <Loading of={data} error={error} reload={reload} />
      <ItemList
        ref={list}
        title={t.passkeys.title}
        empty={t.passkeys.empty}
        items={data?.items}
        row={(passkey) => (
          <PasskeyRow key={passkey.id} passkey={passkey} onAsk={(what) => setAsked({ what, passkey })} />
        )}
      />
      {data && data.items.length > 0 && (
        <AfterPassword isAsked={data.asksAfterPassword} onChanged={(sentence) => done(sentence)} />
      )}
      {asked?.what === 'rename' && (
        <Rename
          title={t.passkeys.renameTitle(asked.passkey.name)}
          label={t.passkeys.name}
          name={asked.passkey.name}
          missing={t.passkeys.nameMissing}
          run={(name) => auth.passkey.rename(asked.passkey.id, name)}
          onRenamed={(name) => done(t.passkeys.renamed(name))}
          onClose={close}
        />
      )}
      {asked?.what === 'remove' && (
        <Confirm
          title={t.passkeys.removeTitle(asked.passkey.name)}
          text={t.passkeys.removeText}
          action={t.passkeys.remove}
          run={() => auth.passkey.remove(asked.passkey.id)}
          onDone={() => {
            lose()
            done(t.passkeys.removed(asked.passkey.name))
          }}
          onClose={close}
        />
      )}
    </SectionPage>
  )
}

function PasskeyRow({ passkey, onAsk }: { passkey: Passkey; onAsk(what: Asked['what']): void }) {
  const { t, format } = useLocale<PasskeysWords>()
  const { name, provider, lastUsedAt, createdAt, suspectedAt } = passkey
  return (
    <li className="row">
      <div>
        <h2>
          {name} <span className="badge good">{t.passkeys[stateOf(passkey)]}</span>
          {suspectedAt !== null && <span className="badge">{t.passkeys.suspected}</span>}
        </h2>
        <p>
          {lastUsedAt ? t.passkeys.used(format.ago(lastUsedAt)) : t.passkeys.unused}
          {' · '}
          {t.passkeys.created(format.date(createdAt))}
        </p>
        {provider !== null && provider !== name && <p>{provider}</p>}
        {suspectedAt !== null && <p className="fault">{t.passkeys.suspectedText}</p>}
      </div>
      <div className="actions">
        <RowAction
          text={t.passkeys.rename}
          named={t.passkeys.renameNamed(name)}
          onClick={() => onAsk('rename')}
        />
        <RowAction
          text={t.passkeys.remove}
          named={t.passkeys.removeNamed(name)}
          onClick={() => onAsk('remove')}
        />
      </div>
    </li>
  )
}

function AfterPassword({ isAsked, onChanged }: { isAsked: boolean; onChanged(sentence: string): void }) {
  const { t } = useLocale<PasskeysWords>()
  const changing = useAction(auth.passkey.askAfterPassword)
  const change = async () => {
    const { error } = await changing.run(!isAsked)
    if (!error) onChanged(isAsked ? t.passkeys.notAsked : t.passkeys.asked)
  }
  return (
    <section>
      <h2>{t.passkeys.askTitle}</h2>
      <p>{t.passkeys.askText}</p>
      {changing.error && <ErrorNotice error={changing.error} />}
      <div className="actions">
        <button type="button" className="secondary" disabled={changing.pending} onClick={() => void change()}>
          {isAsked ? t.passkeys.doNotAsk : t.passkeys.ask}
        </button>
      </div>
    </section>
  )
}

function stateOf({ backedUp, backupEligible }: Passkey): 'synced' | 'syncable' | 'device' {
  if (backedUp) return 'synced'
  return backupEligible ? 'syncable' : 'device'
}
