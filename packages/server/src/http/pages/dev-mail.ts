import { schemas } from '@latchkey/contract'
import { html } from 'hono/html'
import { AuthError } from '../../core/auth-error.ts'
import type { Inbox, InboxMail } from '../../core/outbox/inbox.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { htmlResponse, renderPage } from '../../page-kit/layout.ts'
import type { Site } from '../../page-kit/site.ts'
import { plainPageContext } from '../../page-kit/page-context.ts'

const recipient = schemas.note(320).nullable()

/** The mails of development, for people and, with `Accept: application/json`, for tests. */
export function createDevMailPages(site: Site, inbox: Inbox): Page[] {
  const ownHost = new URL(site.publicUrl).hostname
  const pages: Page[] = [
    { method: 'GET', path: '/dev/mail', handle: showList },
    { method: 'GET', path: '/dev/mail/{id}', handle: showMail },
    { method: 'GET', path: '/dev/mail/{id}/html', handle: showHtml },
  ]
  return pages.map((page) => withErrorPage(site, { ...page, handle: guard(page.handle) }))

  /** Live links must not be read by a page whose name was made to point at this machine (DNS rebinding). */
  function guard(handle: Page['handle']): Page['handle'] {
    return async (request) => {
      const host = request.context.header('host') ?? request.url.host
      if (!isOurs(URL.parse(`http://${host}`)?.hostname ?? ''))
        throw new AuthError('forbidden', { log: { host } })
      return await handle(request)
    }
  }

  function isOurs(name: string): boolean {
    return name === ownHost || loopbackNames.has(name) || name.endsWith('.localhost')
  }

  async function showList(request: PageRequest): Promise<Response> {
    const { url, context } = request
    const to = url.searchParams.get('to') || null
    if (!recipient.safeParse(to).success) throw new AuthError('invalid_input')
    const mails = await inbox.list(to)
    if (wantsJson(context)) return Response.json(mails, { headers: { vary: 'Accept' } })
    return await renderPage(site, plainPageContext(request), {
      title: 'Inbox',
      headers: { vary: 'Accept' },
      main: html`<h1>Inbox</h1>
        <p>Mails of this server land here until <code>SMTP_URL</code> is set. Nothing leaves the machine.</p>
        <form class="filter" method="get" action="/dev/mail" role="search">
          <label for="to">Recipient</label>
          <input id="to" name="to" type="text" value="${to ?? ''}" autocapitalize="none" spellcheck="false" />
          <button>Show</button>
        </form>
        ${mails.length === 0 ? html`<p class="empty">No mail${to && html` to ${to}`} yet.</p>` : ''}
        <ul class="mails">
          ${mails.map(
            ({ id, at, to, subject }) =>
              html`<li>
                <a href="/dev/mail/${id}">${subject}</a>
                <span>to ${to} · <time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time></span>
              </li>`,
          )}
        </ul>`,
    })
  }

  async function showMail(request: PageRequest): Promise<Response> {
    const { params, context } = request
    const mail = await get(params.id)
    if (wantsJson(context)) return Response.json(mail, { headers: { vary: 'Accept' } })
    const { id, at, to, subject, text, links, codes } = mail
    return await renderPage(site, plainPageContext(request), {
      title: subject,
      headers: { vary: 'Accept', 'content-security-policy': `${site.policy}; frame-src 'self'` },
      main: html`<p class="back"><a href="/dev/mail">Inbox</a></p>
        <h1>${subject}</h1>
        <p>
          to <a href="/dev/mail?to=${encodeURIComponent(to)}">${to}</a> · <time datetime="${at}">${at}</time>
        </p>
        ${
          (links.length > 0 || codes.length > 0) &&
          html`<ul class="links">
            ${links.map((link) => html`<li>${isWebLink(link) ? html`<a href="${link}">${link}</a>` : link}</li>`)}
            ${codes.map((code) => html`<li>Code <code>${code}</code></li>`)}
          </ul>`
        }
        <h2>As mail programs show it</h2>
        <iframe class="mail" sandbox src="/dev/mail/${id}/html" title="The mail"></iframe>
        <h2>As text</h2>
        <pre>${text}</pre>`,
    })
  }

  /** A document that may do nothing: no script, no requests, no origin of ours. */
  async function showHtml({ params }: PageRequest): Promise<Response> {
    const mail = await get(params.id)
    return htmlResponse(mail.html, mailPolicy, {})
  }

  async function get(id: string | undefined): Promise<InboxMail> {
    const mail = id === undefined ? null : await inbox.find(id)
    if (!mail) throw new AuthError('not_found')
    return mail
  }
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

const mailPolicy =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"

const wantsJson = ({ header }: PageRequest['context']): boolean =>
  /\bapplication\/json\b/i.test(header('accept') ?? '')

const isWebLink = (link: string): boolean => /^https?:\/\//i.test(link)
