import { html } from 'hono/html'
import type { Parameter } from '../../open-api/document.ts'
import type { Html } from '../../../page-kit/html.ts'
import type { PathOperation } from './path-operation.ts'

/** A form that sends the request from this page; the script of the page takes it out of hiding. */
export function tryView({ method, path, operation }: PathOperation): Html {
  const { operationId: id, parameters = [], requestBody } = operation
  const body = requestBody?.content['application/json']
  // An optional body starts empty: a refresh by the cookie has none, for instance.
  const text = body && requestBody?.required ? JSON.stringify(body.example ?? {}, null, 2) : ''
  return html`<details class="try" hidden>
    <summary>Try it</summary>
    <form data-method="${method}" data-path="${path}">
      ${parameters.map((parameter) => parameterView(id, parameter))}
      ${
        body &&
        html`<label for="${id}-body">Body</label>
          <textarea
            id="${id}-body"
            name="body"
            rows="${Math.max(3, Math.min(12, text.split('\n').length + 1))}"
            spellcheck="false"
          >
${text}</textarea>`
      }
      <button>Send</button>
    </form>
    <div class="outcome" role="status"></div>
  </details>`
}

const parameterView = (id: string, { name, in: place, required, example }: Parameter): Html =>
  html`<label for="${id}-${name}">${name}${!required && html` <span class="optional">optional</span>`}</label>
    <input
      id="${id}-${name}"
      name="${place}:${name}"
      type="text"
      value="${typeof example === 'string' ? example : ''}"
      ${required ? html`required` : ''}
      autocapitalize="none"
      autocomplete="off"
      spellcheck="false"
    />`
