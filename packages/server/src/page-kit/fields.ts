import { html } from 'hono/html'
import type { MessageKey } from './words/en.ts'
import type { Html } from './html.ts'
import type { PageContext } from './page-context.ts'
import { type Text, textOf } from './text.ts'

export interface Field {
  name: string
  label: Text
  kind: FieldKind
  hint?: Text
  /** Replaces the kind's own value if that would be wrong. */
  autocomplete?: string
  /** @default true */
  required?: boolean
}

type FieldKind =
  | 'email'
  | 'name'
  | 'phone'
  | 'current-password'
  | 'new-password'
  | 'code'
  | 'sms-code'
  | 'factor-code'
  | 'choice'

/** Sentences by the name of the field. */
export type FieldFaults = Record<string, string>

interface Appearance {
  type: string
  autocomplete: string
  longest: number
  /** Message about a value that the API refuses. */
  fault: MessageKey
}

const appearances = {
  email: { type: 'email', autocomplete: 'username', longest: 320, fault: 'fault.email' },
  name: { type: 'text', autocomplete: 'name', longest: 200, fault: 'fault.name' },
  'current-password': {
    type: 'password',
    autocomplete: 'current-password',
    longest: 1024,
    fault: 'fault.currentPassword',
  },
  'new-password': {
    type: 'password',
    autocomplete: 'new-password',
    longest: 1024,
    fault: 'fault.newPassword',
  },
  // Longer than six: a code is pasted with the spaces around it.
  code: { type: 'text', autocomplete: 'one-time-code', longest: 20, fault: 'fault.code' },
  'sms-code': { type: 'text', autocomplete: 'one-time-code', longest: 20, fault: 'fault.smsCode' },
  phone: { type: 'tel', autocomplete: 'tel', longest: 30, fault: 'fault.phone' },
  // Digits of an app, or letters from a sheet of paper.
  'factor-code': { type: 'text', autocomplete: 'one-time-code', longest: 64, fault: 'fault.factorCode' },
  choice: { type: 'checkbox', autocomplete: 'off', longest: 4, fault: 'error.invalid_input' },
} as const satisfies Record<FieldKind, Appearance>

export const faultOf = ({ kind }: Field): MessageKey => appearances[kind].fault

/** A labelled input; fault and hint are tied to it for people who cannot see where they stand. */
export function fieldView(
  field: Field,
  page: PageContext,
  value: string | undefined,
  fault: string | undefined,
): Html {
  const { name, label, kind, hint, required = true } = field
  if (kind === 'choice') return choiceView(field, page, value)
  const { type, autocomplete, longest } = appearances[kind]
  const isSent = kind === 'code' || kind === 'sms-code'
  const isCode = isSent || kind === 'factor-code'
  const described = [fault && `${name}-fault`, hint && `${name}-hint`].filter(Boolean).join(' ')
  return html`<div class="field">
    <label for="${name}"
      >${textOf(label, page)}${required ? '' : html` <span class="optional">${page.words['form.optional']}</span>`}</label
    >
    ${fault && html`<p class="fault" id="${name}-fault">${fault}</p>`}
    <div class="input">
      <input
        id="${name}"
        name="${name}"
        type="${type}"
        autocomplete="${field.autocomplete ?? autocomplete}"
        maxlength="${longest}"
        value="${type === 'password' ? '' : (value ?? '')}"
        ${required ? html`required` : ''}
        ${kind === 'name' ? '' : html`autocapitalize="none" spellcheck="false"`}
        ${isCode ? html`class="code"` : ''}
        ${isSent ? html`inputmode="numeric"` : ''}
        ${isCode && !fault ? html`autofocus` : ''}
        ${fault ? html`aria-invalid="true"` : ''}
        ${described ? html`aria-describedby="${described}"` : ''}
      />
    </div>
    ${hint && html`<p class="hint" id="${name}-hint">${textOf(hint, page)}</p>`}
  </div>`
}

const choiceView = ({ name, label }: Field, page: PageContext, value: string | undefined): Html =>
  html`<div class="choice">
    <input
      id="${name}"
      name="${name}"
      type="checkbox"
      value="true"
      ${value === 'true' ? html`checked` : ''}
    />
    <label for="${name}">${textOf(label, page)}</label>
  </div>`

/** Summary above the form that names the faults and links to each field. */
export function errorSummary(
  faults: FieldFaults,
  fields: readonly Field[],
  page: PageContext,
  sentence: Html | string,
): Html {
  const named = fields.filter(({ name }) => name in faults)
  return html`<div class="summary" role="alert" tabindex="-1">
    <p>${sentence}</p>
    ${
      named.length > 0 &&
      html`<ul>
        ${named.map(({ name, label }) => html`<li><a href="#${name}">${textOf(label, page)}: ${faults[name]}</a></li>`)}
      </ul>`
    }
  </div>`
}
