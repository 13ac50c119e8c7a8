import { type ComponentPropsWithRef, type ReactNode, useId, useState } from 'react'
import { useLocale } from '../base/locale/locale.tsx'

interface FieldProps extends Omit<ComponentPropsWithRef<'input'>, 'id'> {
  label: ReactNode
  name: string
  hint?: string
  /** The fault; tied to the field for people who cannot see where it stands. */
  fault?: string | null
}

/** A labelled input. */
export function Field({ label, hint, fault, children, ...input }: FieldProps) {
  const id = useId()
  const described = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {fault && (
        <p className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </p>
      )}
      <div className="input">
        <input
          {...input}
          id={id}
          aria-invalid={fault ? true : undefined}
          aria-describedby={described || undefined}
        />
        {children}
      </div>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** An input for a password, which can be looked at while it is typed. */
export function PasswordField(props: FieldProps & { autoComplete: 'current-password' | 'new-password' }) {
  const { t } = useLocale()
  const [visible, setVisible] = useState(false)
  return (
    <Field
      {...props}
      type={visible ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      maxLength={1024}
    >
      <button
        type="button"
        className="reveal"
        aria-label={visible ? t.actions.hidePassword : t.actions.showPassword}
        onClick={() => setVisible(!visible)}
      >
        {visible ? t.actions.hide : t.actions.show}
      </button>
    </Field>
  )
}

/** Tells password managers whose password is typed; people know. */
export const UsernameHint = ({ email }: { email: string }) => (
  <input hidden type="text" name="username" autoComplete="username" value={email} readOnly />
)
