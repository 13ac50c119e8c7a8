import type { PathOperation } from './path-operation.ts'
import { html } from 'hono/html'
import type { Operation, Parameter, Response } from '../../open-api/document.ts'
import type { Html } from '../../../page-kit/html.ts'
import { inline, prose } from './prose.ts'
import { fieldView, schemaView } from './schema-view.ts'
import { tryView } from './try-view.ts'

export function operationView(at: PathOperation): Html {
  const { method, path, operation } = at
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const answers = Object.entries(responses).filter(([, { content }]) => !isProblemOnly(content))
  const body = requestBody?.content['application/json']
  return html`<section class="operation" id="${operationId}" data-search="${searchText(at)}">
    <h3><a href="#${operationId}">${summary}</a></h3>
    <p class="address"><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></p>
    <p class="access">${accessOf(operation)}</p>
    ${description && prose(description)} ${parameters.length > 0 && parametersView(parameters)}
    ${
      body &&
      html`<h4>Body${!requestBody?.required && html` <span class="optional">optional</span>`}</h4>
        ${schemaView(body.schema)}`
    }
    <h4>Answers</h4>
    ${answers.map(([status, answer]) => answerView(status, answer))}
    <details>
      <summary>Errors</summary>
      ${errorsView(responses)}
    </details>
    ${tryView(at)}
  </section>`
}

/** The text that the filter searches. */
const searchText = ({ method, path, operation }: PathOperation): string =>
  [method, path, operation.operationId, operation.summary, ...operation.tags].join(' ').toLowerCase()

const isProblemOnly = (content: Response['content']): boolean =>
  content !== undefined && Object.keys(content).join() === 'application/problem+json'

const accessNames: Record<string, string> = {
  public: 'Anybody may call this.',
  refresh: 'Needs a refresh token, in the cookie or in the body.',
  bearer: 'Needs an access token or a session cookie.',
  admin: 'Needs an access token or a session cookie',
  machine: 'Needs an API key.',
  certificate: 'Needs a client certificate.',
  operation: 'For machines; no credential.',
}

function accessOf(operation: Operation): Html {
  const permission = operation['x-permission']
  const maxAge = operation['x-max-age']
  const isStrong = operation['x-second-factor'] ?? false
  return html`${accessNames[operation['x-access']]}${
    permission && html` with the permission <code>${permission}</code>.`
  }${maxAge && html` The sign-in must not be older than ${maxAge / 60} minutes.`}${
    isStrong && html` Whoever has a second factor must have proven it.`
  }`
}

const places = { path: 'in the path', query: 'in the query', header: 'as a header' } as const

const parametersView = (parameters: readonly Parameter[]): Html =>
  html`<h4>Parameters</h4>
    <ul class="fields">
      ${parameters.map(({ name, in: place, schema, required, description }) =>
        fieldView(name, schema, required, [places[place], description].filter(Boolean).join(': ')),
      )}
    </ul>`

function answerView(status: string, { description, content = {} }: Response): Html {
  const [mediaType, media] =
    Object.entries(content).find(([type]) => type !== 'application/problem+json') ?? []
  return html`<div class="answer">
    <p><strong class="status">${status}</strong> ${inline(description)}</p>
    ${media && mediaType === 'application/json' && schemaView(media.schema)}
    ${
      media?.example !== undefined &&
      html`<details>
        <summary>Example</summary>
        <pre>${JSON.stringify(media.example, null, 2)}</pre>
      </details>`
    }
  </div>`
}

function errorsView(responses: Operation['responses']): Html {
  const rows = Object.entries(responses).flatMap(([status, { content }]) => {
    const codes = Object.keys(content?.['application/problem+json']?.examples ?? {})
    return codes.length > 0 ? [[status, codes] as const] : []
  })
  return html`<ul class="errors">
    ${rows.map(
      ([status, codes]) =>
        html`<li>
          <strong class="status">${status}</strong>
          ${codes.map((code) => html`<a href="#error-${code}">${code}</a> `)}
        </li>`,
    )}
  </ul>`
}
