import { html } from 'hono/html'
import { pagePolicy } from '../security-headers.ts'
import type { Site } from './site.ts'

export type Html = ReturnType<typeof html>

export interface PageContent {
  title: string
  main: Html
  status?: number
  headers?: Record<string, string>
}

/** A page in the shared layout. Everything that is put in is escaped. */
export async function renderPage(
  site: Site,
  { title, main, status = 200, headers = {} }: PageContent,
): Promise<Response> {
  const { appName, assets } = site
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · ${appName}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.url('pages.css')}" />
        <script type="module" src="${assets.url('pages.js')}"></script>
      </head>
      <body>
        <header class="brand">${mark}<span>${appName}</span></header>
        <main class="card">${main}</main>
      </body>
    </html>`
  return htmlResponse(await page, { status, headers })
}

export const htmlResponse = (
  text: unknown,
  { status = 200, headers = {} }: Pick<PageContent, 'status' | 'headers'>,
): Response =>
  new Response(String(text), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy,
      ...headers,
    },
  })

/** A key. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
  <circle cx="11" cy="16" r="6" fill="none" stroke="currentColor" stroke-width="3.5" />
  <path d="M17 16h12M24 16v5M28.5 16v3.5" fill="none" stroke="currentColor" stroke-width="3.5" />
</svg>`
