import type { TestServer } from './test-server.ts'
import { must } from './must.ts'

/** A browser without JavaScript: keeps cookies, fills in the forms it was shown. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #server: TestServer
  readonly #headers: Record<string, string>

  constructor(server: TestServer, headers: Record<string, string> = {}) {
    this.#server = server
    this.#headers = headers
  }

  async open(path: string): Promise<Seen> {
    return await this.#send('GET', path)
  }

  /** Sends the page's form with its hidden fields. */
  async submit(
    page: Seen,
    values: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    const form = formIn(page.text)
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const carried = Object.fromEntries(hidden.map(([, name, value]) => [name, unescape(must(value))]))
    return await this.#send('POST', page.action, { ...carried, ...values }, headers)
  }

  async post(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    return await this.#send('POST', path, form, headers)
  }

  async #send(
    method: string,
    path: string,
    form?: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await this.#server.send(method, path, {
      ...(form && { form }),
      headers: { ...(cookie && { cookie }), ...this.#headers, ...headers },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const text = await answer.text()
    return {
      status: answer.status,
      location: answer.headers.get('location'),
      headers: answer.headers,
      text,
      action: /<form method="post" action="([^"]+)"/.exec(formIn(text))?.[1] ?? '',
    }
  }
}

export interface Seen {
  status: number
  location: string | null
  headers: Headers
  text: string
  /** The target of the page's form. */
  action: string
}

const unescape = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** The language is chosen by a form as well, outside of the page's own content. */
const formIn = (text: string): string => /<main[^>]*>([\s\S]*)<\/main>/.exec(text)?.[1] ?? ''
