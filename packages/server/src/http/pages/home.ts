import { html } from 'hono/html'
import type { Page } from '../../page-kit/page.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { renderPage } from '../../page-kit/layout.ts'
import type { Site } from '../../page-kit/site.ts'
import { plainPageContext } from '../../page-kit/page-context.ts'

/** Creates the page that tells visitors of its address what this server is. */
export const createHomePage = (site: Site, { hasInbox }: { hasInbox: boolean }): Page =>
  withErrorPage(site, {
    method: 'GET',
    path: '/',
    handle: (request) =>
      renderPage(site, plainPageContext(request), {
        title: 'Authentication server',
        main: html`<h1>${site.appName} signs people in here</h1>
          <p>
            This is an authentication server. People <a href="/sign-in">sign in</a> here; apps talk to it.
          </p>
          <ul class="links">
            <li><a href="/account">Account</a> <span>where people look after theirs</span></li>
            <li><a href="/docs">Reference</a> <span>every route, to read and to try</span></li>
            <li><a href="/openapi.json">OpenAPI</a> <span>the same for programs</span></li>
            <li><a href="/.well-known/jwks.json">Keys</a> <span>that verify access tokens</span></li>
            <li><a href="/readyz">Health</a> <span>database, migrations, keys</span></li>
            ${hasInbox && html`<li><a href="/dev/mail">Inbox</a> <span>mails, until a mail server is configured</span></li>`}
          </ul>`,
      }),
  })
