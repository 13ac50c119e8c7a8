import { html } from 'hono/html'
import { sha256 } from '../../../core/bytes.ts'
import type { OpenApi } from '../../open-api/document.ts'
import { exampleOf } from '../../open-api/example-of.ts'
import type { Page } from '../../../page-kit/page.ts'
import { withErrorPage } from '../../../page-kit/error-page.ts'
import type { Html } from '../../../page-kit/html.ts'
import { htmlResponse, brandMark } from '../../../page-kit/layout.ts'
import type { Site } from '../../../page-kit/site.ts'
import { errorsView } from './errors-view.ts'
import { operationView } from './operation-view.ts'
import type { PathOperation } from './path-operation.ts'
import { prose } from './prose.ts'
import { schemaView } from './schema-view.ts'
import { isHeld } from '../../if-none-match.ts'

/** The OpenAPI document as a page of this machine, to read and to try. Rendered on the first request. */
export function createReferencePage(site: Site, describe: () => OpenApi): Page {
  let rendered: { text: string; etag: string } | null = null

  return withErrorPage(site, {
    method: 'GET',
    path: '/docs',
    async handle({ context }) {
      rendered ??= await render(site, describe())
      const headers = { etag: rendered.etag, 'cache-control': 'no-cache' }
      return isHeld(context.header('if-none-match'), rendered.etag)
        ? new Response(null, { status: 304, headers })
        : htmlResponse(rendered.text, site.policy, { headers })
    },
  })
}

async function render(site: Site, document: OpenApi): Promise<{ text: string; etag: string }> {
  const text = String(await referencePage(site, document))
  return { text, etag: `"${sha256(text).toString('base64url').slice(0, 22)}"` }
}

function referencePage({ appName, assets }: Site, document: OpenApi): Html {
  const groups = groupByTag(document)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Reference · ${appName}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.url('pages.css')}" />
        <link rel="stylesheet" href="${assets.url('reference.css')}" />
        <script type="module" src="${assets.url('reference.js')}"></script>
      </head>
      <body class="reference">
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">${brandMark}<span>${appName}</span></a>
          <div class="tools" hidden>
            <label for="filter">Find</label>
            <input
              id="filter"
              type="search"
              placeholder="login, refresh, 401 …"
              autocomplete="off"
              spellcheck="false"
            />
          </div>
        </header>
        <nav class="contents" aria-label="Contents">${contents(groups)}</nav>
        <main id="content">
          <h1>${document.info.title}</h1>
          ${prose(document.info.description)}
          <p>
            The same for programs: <a href="/openapi.json">openapi.json</a>. Base address:
            <code>${document.servers[0]?.url}</code>
          </p>
          <div class="credential" hidden>
            <label for="access-token">Access token for “Try it”</label>
            <input
              id="access-token"
              type="text"
              autocomplete="off"
              spellcheck="false"
              placeholder="none yet"
            />
            <p class="hint">
              Filled in by a sign-in on this page, or by you. It is kept in memory until you leave.
            </p>
          </div>
          ${groups.map(
            ({ name, description, operations }) =>
              html`<section class="group" id="${slug(name)}">
                <h2>${name}</h2>
                ${description && html`<p>${description}</p>`} ${operations.map(operationView)}
              </section>`,
          )}
          ${errorsView()} ${schemasView(document)}
          <p class="nothing" hidden>Nothing here fits.</p>
        </main>
      </body>
    </html>`
}

interface Group {
  name: string
  description?: string | undefined
  operations: PathOperation[]
}

function groupByTag({ tags, paths }: OpenApi): Group[] {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  return tags.map(({ name, description }) => ({
    name,
    description,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }))
}

const contents = (groups: readonly Group[]): Html =>
  html`<details open>
    <summary>Contents</summary>
    ${groups.map(
      ({ name, operations }) =>
        html`<h2><a href="#${slug(name)}">${name}</a></h2>
          <ul>
            ${operations.map(
              ({ method, operation }) =>
                html`<li>
                  <a href="#${operation.operationId}"
                    ><span class="method ${method.toLowerCase()}">${method}</span> ${operation.summary}</a
                  >
                </li>`,
            )}
          </ul>`,
    )}
    <h2><a href="#errors">Errors</a></h2>
    <h2><a href="#schemas">Schemas</a></h2>
  </details>`

const schemasView = ({ components }: OpenApi): Html =>
  html`<section id="schemas">
    <h2>Schemas</h2>
    ${Object.entries(components.schemas).map(
      ([name, schema]) =>
        html`<section class="schema" id="schema-${name}" data-search="${name.toLowerCase()}">
          <h3><a href="#schema-${name}">${name}</a></h3>
          ${schemaView(schema)}
          <details>
            <summary>Example</summary>
            <pre>${JSON.stringify(exampleOf(schema, components.schemas), null, 2)}</pre>
          </details>
        </section>`,
    )}
  </section>`

const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
