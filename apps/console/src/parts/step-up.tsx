import type { StepUpMethod } from '@latchkey/client'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { auth } from '../base/auth.ts'
import { useLocale } from '../base/locale/locale.tsx'
import { Dialog } from './dialog.tsx'
import { Loading } from './loading.tsx'
import { CodeStepUp } from './code-step-up.tsx'
import { stepUpMethodName, type StepUpViews } from './step-up-method.ts'
import { useLoad } from './use-load.ts'

interface Asked {
  /** Only a second factor will do. */
  mfa: boolean
  answer(proven: boolean): void
}

/**
 * Asks for a step-up if the server requires a fresh or stronger sign-in (RFC 9470). The refused call then goes on by
 * itself. If the dialog is closed, the call is refused for good, and says that nothing was done.
 */
export function StepUp({ views }: { views: StepUpViews }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const pending = useRef<{ mfa: boolean; proven: Promise<boolean> } | null>(null)

  useEffect(
    () =>
      auth.on('step-up', ({ mfa }) => {
        // If two calls ask at the same time, one answer serves both; a stronger requirement is asked for next.
        const before = pending.current
        if (before) return before.mfa || !mfa ? before.proven : false
        const proven = new Promise<boolean>((answer) => setAsked({ mfa, answer })).finally(() => {
          pending.current = null
          setAsked(null)
        })
        pending.current = { mfa, proven }
        return proven
      }),
    [],
  )
  return asked && <StepUpDialog {...asked} views={views} />
}

function StepUpDialog({ mfa, answer, views }: Asked & { views: StepUpViews }) {
  const { t } = useLocale()
  const { data, error, reload } = useLoad(auth.secondFactor.stepUpMethods)
  const [chosen, setChosen] = useState<string | null>(null)
  const methods = data?.filter(({ isSecondFactor }) => !mfa || isSecondFactor)
  // The quickest and the safest, for users who have one.
  const method = methods?.find(({ name }) => name === (chosen ?? 'passkey')) ?? methods?.[0]
  const View = method && (views[method.name] ?? CodeStepUp)

  return (
    <Dialog title={t.stepUp.title} onClose={() => answer(false)}>
      <Loading of={methods} error={error} reload={reload} />
      {method && View && (
        <View key={method.name} method={method} onProven={() => answer(true)} onClose={() => answer(false)} />
      )}
      {method && (
        <OtherMethods methods={methods?.filter((each) => each !== method) ?? []} onChoose={setChosen} />
      )}
      {methods?.length === 0 && <NoMethod mfa={mfa} onClose={() => answer(false)} />}
    </Dialog>
  )
}

function OtherMethods({ methods, onChoose }: { methods: StepUpMethod[]; onChoose(name: string): void }) {
  const { t } = useLocale()
  if (methods.length === 0) return null
  return (
    <div className="other-methods">
      <p>{t.stepUp.other}</p>
      {methods.map(({ name }) => (
        <button key={name} type="button" className="secondary" onClick={() => onChoose(name)}>
          {stepUpMethodName(name, t)}
        </button>
      ))}
    </div>
  )
}

/** Shown if a required second factor is missing, or if a user of another service has no way to step up here. */
function NoMethod({ mfa, onClose }: { mfa: boolean; onClose(): void }) {
  const { t } = useLocale()
  return (
    <>
      <p>{mfa ? t.stepUp.none : t.stepUp.again}</p>
      <div className="actions">
        <button type="button" className="secondary" onClick={onClose}>
          {t.actions.cancel}
        </button>
        {mfa ? (
          <Link href="/second-factors" onClick={onClose}>
            {t.stepUp.toSecondFactors}
          </Link>
        ) : (
          <a href="/sign-out">{t.actions.signOut}</a>
        )}
      </div>
    </>
  )
}
