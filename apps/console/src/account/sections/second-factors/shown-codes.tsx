import { useState } from 'react'
import { useUser } from '../../../base/auth.ts'
import { useLocale } from '../../../base/locale/locale.tsx'
import { appName } from '../../../base/page-settings.ts'
import { Dialog } from '../../../parts/dialog.tsx'
import { saveFile } from '../../../parts/save-file.ts'
import type { SecondFactorsWords } from './words/en.ts'

/** New recovery codes, this once. */
export function ShownCodes({ codes, onClose }: { codes: string[]; onClose(): void }) {
  const { t } = useLocale<SecondFactorsWords>()
  const email = useUser()?.email ?? ''
  const [copied, setCopied] = useState(false)
  const heading = t.secondFactors.sheet(appName, email)
  const copy = () =>
    navigator.clipboard.writeText(codes.join('\n')).then(
      () => setCopied(true),
      // Without access to the clipboard the codes can still be selected.
      () => setCopied(false),
    )
  const save = () =>
    saveFile({
      name: 'recovery-codes.txt',
      type: 'text/plain',
      content: `${heading}\n\n${codes.join('\n')}\n`,
    })

  return (
    <Dialog title={t.secondFactors.shownTitle} onClose={onClose}>
      <p>{t.secondFactors.shownText}</p>
      <p className="on-paper">{heading}</p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <p role="status">{copied && t.secondFactors.copied}</p>
      <div className="actions">
        <button type="button" className="secondary" onClick={() => void copy()}>
          {t.secondFactors.copy}
        </button>
        <button type="button" className="secondary" onClick={save}>
          {t.secondFactors.save}
        </button>
        <button type="button" className="secondary" onClick={() => window.print()}>
          {t.secondFactors.print}
        </button>
        <button type="button" onClick={onClose}>
          {t.secondFactors.kept}
        </button>
      </div>
    </Dialog>
  )
}
