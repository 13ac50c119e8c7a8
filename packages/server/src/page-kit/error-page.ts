import { errorCatalogue, type ErrorCode } from '@latchkey/contract'
import { html } from 'hono/html'
import type { AuthError } from '../core/auth-error.ts'
import type { Page, PageRequest } from './page.ts'
import { toRefusal } from '../core/request/to-refusal.ts'
import { fill } from './words/fill.ts'
import { renderPage } from './layout.ts'
import { meaningOf } from './refusal-text.ts'
import type { Site } from './site.ts'
import { readPageContext, type PageContext } from './page-context.ts'

/** A page whose faults are answered by a page as well. */
export function withErrorPage(site: Site, page: Page): Page {
  return {
    ...page,
    async handle(request: PageRequest) {
      try {
        return await page.handle(request)
      } catch (error) {
        const { requestId } = request.context
        const refusal = toRefusal(error, requestId, site.log)
        // The answer to a form cannot be shown again by opening its address.
        const seen = readPageContext(site, request)
        const shown = page.method === 'GET' ? seen : { ...seen, self: null }
        return await renderErrorPage(site, shown, { refusal, requestId })
      }
    },
  }
}

/** Creates the page for failures that have none of their own: `/error?code=<code>&request_id=<id>`. */
export const createErrorPage = (site: Site): Page =>
  withErrorPage(site, {
    method: 'GET',
    path: '/error',
    async handle(request) {
      const { url, context } = request
      const page = readPageContext(site, request)
      // Accepts only values that we could have written: an address must not make this page say what somebody likes.
      const code = url.searchParams.get('code') ?? ''
      const id = url.searchParams.get('request_id') ?? ''
      const title = isErrorCode(code) ? meaningOf(code, page) : page.words['errorPage.title']
      const status = isErrorCode(code) ? errorCatalogue[code].status : 400
      return await renderFault(site, page, {
        title,
        status,
        requestId: /^req_[\w-]{12}$/.test(id) ? id : context.requestId,
      })
    },
  })

interface Fault {
  title: string
  status: number
  requestId: string
  headers?: Record<string, string>
}

export const renderErrorPage = (
  site: Site,
  page: PageContext,
  { refusal, requestId }: { refusal: AuthError; requestId: string },
): Promise<Response> =>
  renderFault(site, page, {
    title: titleOf(refusal.code, page),
    status: refusal.status,
    requestId,
    headers: retryHeader(refusal),
  })

/** A form that cannot be corrected was not filled in on our page. */
const titleOf = (code: ErrorCode, page: PageContext): string =>
  code === 'invalid_input' ? page.words['error.invalid_form'] : meaningOf(code, page)

async function renderFault(
  site: Site,
  page: PageContext,
  { title, status, requestId, headers = {} }: Fault,
): Promise<Response> {
  const { words } = page
  return await renderPage(site, page, {
    title,
    status,
    headers,
    main: html`<h1>${title}</h1>
      <p>${words[status >= 500 ? 'errorPage.notYou' : 'errorPage.again']}</p>
      <p class="note">${fill(words['errorPage.requestId'], { id: html`<code>${requestId}</code>` })}</p>`,
  })
}

const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorCatalogue, text)

export const retryHeader = ({ options }: AuthError): Record<string, string> =>
  options.retryAfter === undefined ? {} : { 'retry-after': String(options.retryAfter) }
