import type { Html } from './html.ts'
import { html } from 'hono/html'
import { languageNames, languages } from './words/languages.ts'
import type { Site } from './site.ts'
import { hidden } from './html.ts'
import type { PageContext } from './page-context.ts'

export interface PageContent {
  title: string
  main: Html
  status?: number
  headers?: Record<string, string>
}

/** A page in the shared layout. Everything that is put in is escaped. */
export async function renderPage(
  site: Site,
  page: PageContext,
  { title, main, status = 200, headers = {} }: PageContent,
): Promise<Response> {
  const { appName, assets, policy } = site
  const { language, theme, words } = page
  const text = html`<!doctype html>
    <html lang="${language}" ${theme && html`data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · ${appName}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assets.url('pages.css')}" />
        ${assets.stylesheet !== null && html`<link rel="stylesheet" href="${assets.stylesheet}" />`}
        <script type="module" src="${assets.url('pages.js')}"></script>
      </head>
      <body
        data-show="${words['reveal.show']}"
        data-hide="${words['reveal.hide']}"
        data-show-password="${words['reveal.showPassword']}"
        data-hide-password="${words['reveal.hidePassword']}"
      >
        <header class="brand">${brand(site)}</header>
        <main class="card">${main}</main>
        ${page.self !== null && languageChooser(page, page.self)}
      </body>
    </html>`
  return htmlResponse(await text, policy, { status, headers })
}

export const htmlResponse = (
  text: unknown,
  policy: string,
  { status = 200, headers = {} }: Pick<PageContent, 'status' | 'headers'>,
): Response =>
  new Response(String(text), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'permissions-policy': permissionsPolicy,
      ...headers,
    },
  })

/** Features that no page of ours uses, so that injected content cannot use them either. Only we may use passkeys. */
const permissionsPolicy = [
  'publickey-credentials-create=(self), publickey-credentials-get=(self), accelerometer=()',
  'browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=()',
  'identity-credentials-get=(), magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=()',
  'serial=(), usb=(), xr-spatial-tracking=()',
].join(', ')

const brand = ({ appName, assets }: Site): Html =>
  assets.logo === null
    ? html`${brandMark}<span>${appName}</span>`
    : html`<img class="logo" src="${assets.logo}" alt="${appName}" />`

/** One button for each language, each in its own words; the choice is kept in a cookie. */
const languageChooser = ({ language, words }: PageContext, self: string): Html =>
  html`<footer>
    <form class="languages" method="post" action="/language" aria-label="${words['footer.language']}">
      ${hidden('back', self)}
      ${languages.map(
        (each) =>
          html`<button
            name="language"
            value="${each}"
            lang="${each}"
            ${each === language ? html`aria-current="true"` : ''}
          >
            ${languageNames[each]}
          </button>`,
      )}
    </form>
  </footer>`

/** A key. */
export const brandMark = html`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
  <circle cx="11" cy="16" r="6" fill="none" stroke="currentColor" stroke-width="3.5" />
  <path d="M17 16h12M24 16v5M28.5 16v3.5" fill="none" stroke="currentColor" stroke-width="3.5" />
</svg>`
