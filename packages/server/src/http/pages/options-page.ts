import { html } from 'hono/html'
import type { SignInOption } from '../../methods/method-pages.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import type { Html } from '../../page-kit/html.ts'
import { renderPage } from '../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { type PageContext, readPageContext } from '../../page-kit/page-context.ts'
import type { SignedInServices } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MessageKey } from '../../page-kit/words/en.ts'
import { optionsView } from './sign-in-options.ts'
import { unlessSignedIn } from './signed-in-page.ts'

interface OptionsPage {
  path: string
  title: MessageKey
  options: readonly SignInOption[]
  below: (page: PageContext) => Html | false
}

/** Options alone, and nothing to fill in. */
export function optionsPage(
  site: Site,
  services: SignedInServices,
  { path, title, options, below }: OptionsPage,
): Page {
  return withErrorPage(site, { method: 'GET', path, handle: unlessSignedIn(site, services, show) })

  async function show(request: PageRequest): Promise<Response> {
    const page = readPageContext(site, request)
    return await renderPage(site, page, {
      title: page.words[title],
      main: html`<h1>${page.words[title]}</h1>
        ${optionsView(options, page)} ${below(page)}`,
    })
  }
}
