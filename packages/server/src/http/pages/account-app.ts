import { html } from 'hono/html'
import { AuthError } from '../../core/auth-error.ts'
import type { Page } from '../page.ts'
import { createConsoleFiles } from './console-files.ts'
import { withErrorPage } from './error-page.ts'
import { htmlResponse, renderPage } from './layout.ts'
import type { Site } from './site.ts'

const folder = '/latchkey/console'

/**
 * The application in which people look after their account. Every address below `/account` is answered with the same
 * page; what it shows is decided in the browser, and what it may do by the API.
 */
export function createAccountApp(site: Site, { apiPath }: { apiPath: string }): Page[] {
  const files = createConsoleFiles()
  return [
    withErrorPage(site, {
      method: 'GET',
      path: '/account/*',
      async handle({ context }) {
        const entry = await files.entry()
        if (!entry) return await renderNotBuilt(site)
        const theme = themeOf(context.cookies)
        const page = html`<!doctype html>
          <html lang="en" ${theme && html`data-theme="${theme}"`}>
            <head>
              <meta charset="utf-8" />
              <meta name="viewport" content="width=device-width, initial-scale=1" />
              <meta name="robots" content="noindex" />
              <meta name="latchkey-api" content="${apiPath}" />
              <meta name="latchkey-app-name" content="${site.appName}" />
              <title>${site.appName}</title>
              <link rel="icon" href="data:," />
              <link rel="stylesheet" href="${site.assets.url('pages.css')}" />
              ${entry.styles.map((name) => html`<link rel="stylesheet" href="${folder}/${name}" />`)}
              <script type="module" src="${folder}/${entry.script}"></script>
            </head>
            <body>
              <div id="app">
                <noscript>This page needs JavaScript. Signing in and out works without it.</noscript>
              </div>
            </body>
          </html>`
        return htmlResponse(await page, {})
      },
    }),
    {
      method: 'GET',
      path: `${folder}/{name}`,
      async handle({ params, context }) {
        const file = await files.find(params.name as string)
        if (!file) throw new AuthError('not_found')
        const compressed = /\bgzip\b/.test(context.header('accept-encoding') ?? '')
        return new Response(compressed ? file.compressed : file.plain, {
          headers: {
            'content-type': file.type,
            'cache-control': 'public, max-age=31536000, immutable',
            vary: 'accept-encoding',
            ...(compressed && { 'content-encoding': 'gzip' }),
          },
        })
      },
    },
  ]
}

/** Only in a checkout: a published package brings the application along. */
const renderNotBuilt = (site: Site): Promise<Response> =>
  renderPage(site, {
    title: 'Not built yet',
    status: 503,
    main: html`<h1>This application has not been built yet</h1>
      <p>Run <code>npm run build</code> and open this page again.</p>`,
  })

/** What the visitor chose on this device; null follows the system. */
function themeOf(cookies: ReadonlyMap<string, readonly string[]>): 'light' | 'dark' | null {
  const [theme] = cookies.get('latchkey-theme') ?? []
  return theme === 'light' || theme === 'dark' ? theme : null
}
