import { cheap } from './test-latchkey.ts'
import { loadConfig } from '../../packages/server/src/config/load-config.ts'
import { type Latchkey, type Outside, startLatchkey } from '../../packages/server/src/latchkey.ts'
import type { ConfigOptions } from '../../packages/server/src/config/settings.ts'
import type { Method } from '../../packages/server/src/methods/method.ts'
import type { InboxMail } from '../../packages/server/src/core/outbox/inbox.ts'

/** An instance of its own in memory, and a browser's worth of comfort around its handler. */
export interface TestServer extends AsyncDisposable {
  latchkey: Latchkey
  origin: string
  /** A request from our own page; a JSON body where `json` is given, a form's where `form` is. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>
  /** The newest mail to somebody, once it has arrived. */
  mailTo(address: string): Promise<InboxMail>
}

export interface SendOptions {
  json?: unknown
  form?: Record<string, string> | string
  headers?: Record<string, string>
  accessToken?: string
}

const origin = 'http://localhost:4000'

export async function openTestServer(
  options: ConfigOptions = {},
  outside: Outside = {},
  methods: readonly Method[] = [],
): Promise<TestServer> {
  const settings: ConfigOptions = {
    nodeEnv: 'test',
    databaseUrl: 'sqlite::memory:',
    secret: ['k7Qm2vX9pLr4Tn8Wb3Yd6Zf1Hs5Jg0Ac'],
    publicUrl: origin,
    logLevel: 'silent',
    ...options,
  }
  const latchkey = await startLatchkey(
    loadConfig({ env: {}, file: null, options: settings }),
    { hashCost: cheap, ...outside },
    methods,
  )
  return { latchkey, origin, send, mailTo, [Symbol.asyncDispose]: () => latchkey.close() }

  async function send(
    method: string,
    path: string,
    { json, form, headers = {}, accessToken }: SendOptions = {},
  ) {
    const type = json !== undefined ? 'application/json' : 'application/x-www-form-urlencoded'
    const body = json !== undefined ? JSON.stringify(json) : form === undefined ? null : toForm(form)
    const request = new Request(origin + path, {
      method,
      headers: {
        ...(body !== null && { 'content-type': type }),
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        ...(method !== 'GET' && { 'sec-fetch-site': 'same-origin' }),
        ...headers,
      },
      body,
    })
    return await latchkey.handler(request, { remoteAddress: '192.0.2.1' })
  }

  async function mailTo(address: string): Promise<InboxMail> {
    for (let tries = 0; tries < 200; tries++) {
      const [newest] = (await latchkey.services.inbox?.list(address)) ?? []
      if (newest) return newest
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`no mail to ${address}`)
  }
}

const toForm = (form: Record<string, string> | string): string =>
  typeof form === 'string' ? form : new URLSearchParams(form).toString()
