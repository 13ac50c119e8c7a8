import { errorCatalogue } from '@latchkey/contract'
import { html } from 'hono/html'
import type { AuthError } from '../../core/auth-error.ts'
import type { Page, PageRequest } from '../page.ts'
import { toRefusal } from '../problem.ts'
import { renderPage } from './layout.ts'
import type { Site } from './site.ts'

/** A page whose faults are answered by a page as well. */
export function withErrorPage(site: Site, page: Page): Page {
  return {
    ...page,
    async handle(request: PageRequest) {
      try {
        return await page.handle(request)
      } catch (error) {
        const { requestId } = request.context
        return await renderErrorPage(site, toRefusal(error, requestId, site.log), requestId)
      }
    },
  }
}

async function renderErrorPage(site: Site, refusal: AuthError, requestId: string): Promise<Response> {
  const { code, status } = refusal
  const title = sentences[code] ?? errorCatalogue[code].title
  return await renderPage(site, {
    title,
    status,
    headers: retryHeader(refusal),
    main: html`<h1>${title}</h1>
      <p>
        ${status >= 500 ? 'Nothing is wrong with what you did. Try again in a moment.' : 'Go back and try again.'}
      </p>
      <p class="note">Should you ask somebody for help, give them this number: <code>${requestId}</code></p>`,
  })
}

/** Where the catalogue speaks to programs. */
const sentences: Record<string, string> = {
  unsupported_media_type: 'The form was sent in a way that this page does not read.',
  body_too_large: 'The form is larger than 64 KiB.',
  invalid_input: 'The form did not arrive as it left this page.',
  not_found: 'There is nothing here.',
}

export const retryHeader = ({ options }: AuthError): Record<string, string> =>
  options.retryAfter === undefined ? {} : { 'retry-after': String(options.retryAfter) }
