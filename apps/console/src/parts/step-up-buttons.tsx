import { useLocale } from '../base/locale/locale.tsx'

export function StepUpButtons({ disabled, onClose }: { disabled: boolean; onClose(): void }) {
  const { t } = useLocale()
  return (
    <div className="actions">
      <button type="button" className="secondary" onClick={onClose}>
        {t.actions.cancel}
      </button>
      <button disabled={disabled}>{t.stepUp.confirm}</button>
    </div>
  )
}
