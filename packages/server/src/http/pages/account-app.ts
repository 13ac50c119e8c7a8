import { html } from 'hono/html'
import { AuthError } from '../../core/auth-error.ts'
import type { CookieSource } from '../../core/request/cookie.ts'
import type { SessionKind } from '../../sessions/session.ts'
import type { MethodServices } from '../../methods/method-services.ts'
import type { Page } from '../../page-kit/page.ts'
import { createConsoleFiles, type Entry } from './console-files.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { htmlResponse, renderPage } from '../../page-kit/layout.ts'
import type { Site } from '../../page-kit/site.ts'
import { readPageContext, type PageContext } from '../../page-kit/page-context.ts'

const folder = '/latchkey/console'

interface AppSettings {
  apiPath: string
  /** The kind of session that this browser has. */
  session: SessionKind
  /** True if anybody signs in by a password. */
  hasPasswords: boolean
}

/**
 * Creates the application in which people manage their account. Every address below `/account` is answered with the
 * same page. The browser decides what it shows, and the API what it may do.
 */
export function createAccountApp(
  site: Site,
  { config, cookies }: Pick<MethodServices, 'config' | 'cookies'>,
): Page[] {
  const files = createConsoleFiles()
  const apiPath = `${config.basePath}/auth`
  return [
    withErrorPage(site, {
      method: 'GET',
      path: '/account/*',
      async handle(request) {
        const page = readPageContext(site, request)
        const entry = await files.entry()
        const session = kindOfSession(request.context)
        const settings = { apiPath, session, hasPasswords: config.signInMethods.includes('password') }
        return entry ? await renderApp(site, page, entry, settings) : await renderNotBuilt(site, page)
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

  /** The kind of session this browser holds, or will get from the server's pages. A sign-in clears the other kind. */
  function kindOfSession(request: CookieSource): SessionKind {
    if (cookies.readSessions(request).length > 0) return 'cookie'
    return cookies.readRefreshTokens(request).length > 0 ? 'token' : config.pagesSession
  }
}

async function renderApp(
  { appName, assets, policy }: Site,
  { language, theme }: PageContext,
  { script, styles }: Entry,
  { apiPath, session, hasPasswords }: AppSettings,
): Promise<Response> {
  const text = html`<!doctype html>
    <html lang="${language}" ${theme && html`data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="latchkey-api" content="${apiPath}" />
        <meta name="latchkey-session" content="${session}" />
        <meta name="latchkey-app-name" content="${appName}" />
        <meta name="latchkey-passwords" content="${hasPasswords ? 'offered' : 'none'}" />
        <meta name="latchkey-logo" content="${assets.logo ?? ''}" />
        <title>${appName}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.url('pages.css')}" />
        ${styles.map((name) => html`<link rel="stylesheet" href="${folder}/${name}" />`)}
        ${assets.stylesheet !== null && html`<link rel="stylesheet" href="${assets.stylesheet}" />`}
        <script type="module" src="${folder}/${script}"></script>
      </head>
      <body>
        <div id="app">
          <noscript lang="en">This page needs JavaScript. Signing in and out works without it.</noscript>
        </div>
      </body>
    </html>`
  return htmlResponse(await text, policy, {})
}

/** Happens only in a checkout: a published package includes the application. */
const renderNotBuilt = (site: Site, page: PageContext): Promise<Response> =>
  renderPage(site, page, {
    title: 'Not built yet',
    status: 503,
    main: html`<h1>This application has not been built yet</h1>
      <p>Run <code>npm run build</code> and open this page again.</p>`,
  })
