import type { LinkedAccount, Provider } from '@latchkey/client'
import { useState } from 'react'
import { auth, useAction } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { Loading } from '../../../parts/loading.tsx'
import { useFocusAfterLoss } from '../../../parts/use-focus-after-loss.ts'
import { ItemList } from '../../../parts/item-list.tsx'
import { useAnnounce } from '../../../parts/announcer.tsx'
import { Confirm } from '../../../parts/confirm.tsx'
import { ErrorNotice } from '../../../parts/error-notice.tsx'
import { RowAction } from '../../../parts/row-action.tsx'
import { SectionPage } from '../../../parts/section-page.tsx'
import { useLoad } from '../../../parts/use-load.ts'
import type { LinkedAccountsWords } from './words/en.ts'

/** Accounts at other services by which the user signs in. */
export function LinkedAccounts() {
  const { t } = useLocale<LinkedAccountsWords>()
  const announce = useAnnounce()
  const { data: accounts, error, reload } = useLoad(auth.federation.list)
  const { data: providers } = useLoad(auth.federation.providers)
  const [leaving, setLeaving] = useState<LinkedAccount | null>(null)
  const { list, lose } = useFocusAfterLoss<HTMLDivElement>(accounts)

  const removed = ({ label }: LinkedAccount) => {
    lose()
    setLeaving(null)
    announce(t.linkedAccounts.removed(label))
    reload()
  }

  return (
    <SectionPage title={t.linkedAccounts.title} intro={t.linkedAccounts.intro}>
      <Loading of={accounts} error={error} reload={reload} />
      <ItemList
        ref={list}
        title={t.linkedAccounts.title}
        empty={t.linkedAccounts.empty}
        items={accounts}
        row={(account) => (
          <AccountRow key={account.id} account={account} onRemove={() => setLeaving(account)} />
        )}
      />
      {providers && providers.length > 0 && <Offers providers={providers} />}
      {leaving && (
        <Confirm
          title={t.linkedAccounts.removeTitle(leaving.label)}
          text={t.linkedAccounts.removeText}
          action={t.linkedAccounts.remove}
          run={() => auth.federation.unlink(leaving.id)}
          onDone={() => removed(leaving)}
          onClose={() => setLeaving(null)}
        />
      )}
    </SectionPage>
  )
}

function Offers({ providers }: { providers: readonly Provider[] }) {
  const { t } = useLocale<LinkedAccountsWords>()
  const { run, pending, error } = useAction(auth.federation.link)
  return (
    <div className="card">
      {error && <ErrorNotice error={error} />}
      <div className="actions">
        {providers.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            className="secondary"
            disabled={pending}
            onClick={() => void run(id, { returnTo: location.pathname })}
          >
            {t.linkedAccounts.link(label)}
          </button>
        ))}
      </div>
    </div>
  )
}

function AccountRow({ account, onRemove }: { account: LinkedAccount; onRemove(): void }) {
  const { t, format } = useLocale<LinkedAccountsWords>()
  const { label, email, name, linkedAt, lastUsedAt } = account
  return (
    <li className="row">
      <div>
        <h2>{label}</h2>
        {(email ?? name) && <p>{email ?? name}</p>}
        <p>
          {t.linkedAccounts.since(format.date(linkedAt))}
          {' · '}
          {t.linkedAccounts.lastUsed(format.ago(lastUsedAt))}
        </p>
      </div>
      <div className="actions">
        <RowAction
          text={t.linkedAccounts.remove}
          named={t.linkedAccounts.removeNamed(label)}
          onClick={onRemove}
        />
      </div>
    </li>
  )
}
