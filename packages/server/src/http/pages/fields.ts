import { html } from 'hono/html'
import type { Html } from './layout.ts'

export interface Field {
  name: string
  label: string
  kind: 'email' | 'name' | 'new-password'
  hint?: string
  /** @default true */
  required?: boolean
}

/** Sentences by the name of the field. */
export type FieldFaults = Record<string, string>

const attributes = {
  email: { type: 'email', autocomplete: 'username', longest: 320 },
  name: { type: 'text', autocomplete: 'name', longest: 200 },
  'new-password': { type: 'password', autocomplete: 'new-password', longest: 1024 },
} as const satisfies Record<Field['kind'], { type: string; autocomplete: string; longest: number }>

/** A labelled input; its fault and hint are tied to it for who cannot see where they stand. */
export function fieldView(field: Field, value: string, fault: string | undefined): Html {
  const { name, label, kind, hint, required = true } = field
  const { type, autocomplete, longest } = attributes[kind]
  const described = [fault && `${name}-fault`, hint && `${name}-hint`].filter(Boolean).join(' ')
  return html`<div class="field">
    <label for="${name}">${label}${required ? '' : html` <span class="optional">optional</span>`}</label>
    ${fault && html`<p class="fault" id="${name}-fault">${capital(fault)}</p>`}
    <div class="input">
      <input
        id="${name}"
        name="${name}"
        type="${type}"
        autocomplete="${autocomplete}"
        maxlength="${longest}"
        value="${kind === 'new-password' ? '' : value}"
        ${required ? html`required` : ''}
        ${kind === 'name' ? '' : html`autocapitalize="none" spellcheck="false"`}
        ${fault ? html`aria-invalid="true"` : ''}
        ${described ? html`aria-describedby="${described}"` : ''}
      />
    </div>
    ${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
  </div>`
}

/** Stands above the form, says what is wrong and leads to each field. */
export function errorSummary(faults: FieldFaults, fields: readonly Field[], sentence: string): Html {
  const named = fields.filter(({ name }) => name in faults)
  return html`<div class="summary" role="alert" tabindex="-1">
    <p>${sentence}</p>
    ${
      named.length > 0 &&
      html`<ul>
        ${named.map(({ name, label }) => html`<li><a href="#${name}">${label}: ${faults[name]}</a></li>`)}
      </ul>`
    }
  </div>`
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
