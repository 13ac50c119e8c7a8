import { AuthClientError } from '@latchkey/client'
import {
  createContext,
  type PropsWithChildren,
  type SubmitEvent,
  useContext,
  useEffect,
  useId,
  useRef,
} from 'react'
import { sentenceOf } from './sentence.ts'

type Faults = Map<string, string>
const FaultsOfForm = createContext<Faults>(new Map())

interface FormProps {
  /** The values of the fields, by name. */
  onSubmit: (values: Record<string, string>) => unknown
  button: string
  pending: boolean
  error: unknown
}

/** A form whose errors stand above the button, and at the field where there is one to blame. */
export function Form({ onSubmit, button, pending, error, children }: PropsWithChildren<FormProps>) {
  const form = useRef<HTMLFormElement>(null)
  const faults = faultsOf(error)

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [error])

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    onSubmit(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>)
  }

  return (
    <FaultsOfForm value={faults}>
      <form ref={form} onSubmit={submit}>
        {children}
        <p role="alert" className="error">
          {error ? sentenceOf(error) : null}
        </p>
        <button className="primary" aria-busy={pending}>
          {button}
        </button>
      </form>
    </FaultsOfForm>
  )
}

interface FieldProps {
  name: string
  label: string
  type: 'email' | 'password' | 'text'
  autoComplete: string
  hint?: string
}

export function Field({ name, label, hint, ...input }: FieldProps) {
  const id = useId()
  const fault = useContext(FaultsOfForm).get(name)
  const about = fault ?? hint
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        required
        aria-invalid={fault !== undefined}
        aria-describedby={about && `${id}-about`}
        {...input}
      />
      {about && (
        <p id={`${id}-about`} className={fault ? 'error' : 'hint'}>
          {about}
        </p>
      )}
    </div>
  )
}

/** `body.email` is the field `email`. */
function faultsOf(error: unknown): Faults {
  const errors = error instanceof AuthClientError ? error.errors : []
  return new Map(errors.map(({ path, message }) => [path.replace(/^body\./, ''), message]))
}
