import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { toNodeHandler } from '../../../packages/server/src/http/adapters/node.ts'
import type { ConfigOptions } from '../../../packages/server/src/config/settings.ts'
import type { Outside } from '../../../packages/server/src/latchkey.ts'
import { listen } from '#test/support/listen.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'

/** The effect of the wire, or of a proxy in front of the server, on a request. */
export type Weather =
  | 'fair'
  /** The connection breaks before the server hears of it. */
  | 'broken'
  /** The server answers, and the connection breaks before the browser hears of it. */
  | 'lost'
  /** The server hears of it when this is over. */
  | { until: Promise<unknown> }
  | { status: number; type: string; text: string; headers?: Record<string, string> }

/** An instance on a port of its own, an application's empty page beside it, and weather between them. */
export interface Site extends AsyncDisposable {
  origin: string
  server: TestServer
  /** Requests to a path since the last call, in order. */
  take(path: string): IncomingMessage[]
  /** How many there are to take. */
  peek(path: string): number
  /** Sets the weather of the next requests to a path; the last entry stays. */
  weather(path: string, ...days: Weather[]): void
  /** Sets if answers may bring cookies. */
  cookies(kept: boolean): void
  /** Serves this document at a path. */
  serve(path: string, html: string): void
}

let bundle: Promise<string> | undefined

/** Settings may depend on where the page stands. */
export async function openSdkSite(
  settings: ConfigOptions | ((origin: string) => ConfigOptions) = {},
  outside: Outside = {},
): Promise<Site> {
  const script = await (bundle ??= bundleApp())
  const { origin, close } = listen((request, response) => answer(request, response))
  const given = typeof settings === 'function' ? settings(origin) : settings
  const server = await openTestServer({ limitScale: 1000, publicUrl: origin, ...given }, outside)
  const latchkey = toNodeHandler(server.latchkey)
  const requests: IncomingMessage[] = []
  const forecasts = new Map<string, Weather[]>()
  const documents = new Map([['/app', emptyPage]])
  let keepsCookies = true
  return {
    origin,
    server,
    take,
    peek: (path) => requests.filter(({ url }) => url === path).length,
    weather: (path, ...days) => void forecasts.set(path, days),
    cookies: (kept) => (keepsCookies = kept),
    serve: (path, html) => void documents.set(path, html),
    async [Symbol.asyncDispose]() {
      close()
      await server.latchkey.close()
    },
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path === '/app.js') return send(response, 'text/javascript', script)
    // On a connection that was used before, Chromium repeats by itself what breaks.
    response.shouldKeepAlive = false
    const html = documents.get(path)
    if (html !== undefined) return send(response, 'text/html', html)
    requests.push(request)
    const weather = weatherFor(path)
    if (weather === 'broken') return void request.socket.destroy()
    if (typeof weather === 'object' && 'until' in weather) {
      // An answer that the browser has given up on by then never arrived.
      return void weather.until.then(
        () => request.destroyed || request.socket.destroyed || latchkey(request, response),
      )
    }
    if (typeof weather === 'object') {
      response.writeHead(weather.status, { 'content-type': weather.type, ...weather.headers })
      return void response.end(weather.text)
    }
    if (weather === 'lost') {
      // The answer is made, and goes nowhere.
      response.writeHead = () => response
      response.write = () => true
      response.end = () => {
        request.socket.destroy()
        return response
      }
    }
    if (!keepsCookies) {
      const { writeHead } = response
      response.writeHead = ((status: number, headers: Record<string, unknown>) => {
        delete headers['set-cookie']
        return writeHead.call(response, status, headers as never)
      }) as never
    }
    latchkey(request, response)
  }

  function take(path: string): IncomingMessage[] {
    const taken = requests.filter(({ url }) => url === path)
    for (const one of taken) requests.splice(requests.indexOf(one), 1)
    return taken
  }

  function weatherFor(path: string): Weather {
    const days = forecasts.get(path) ?? []
    return (days.length > 1 ? days.shift() : days[0]) ?? 'fair'
  }
}

function send(response: ServerResponse, type: string, text: string): void {
  // Not `no-store`: the page must be able to enter the back/forward cache.
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy })
  response.end(text)
}

const policy =
  "default-src 'none'; script-src 'self'; connect-src *; style-src 'self'; require-trusted-types-for 'script'"
const emptyPage =
  '<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/app.js"></script></html>'

/** As an application's bundler does it. */
async function bundleApp(): Promise<string> {
  const output = (await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['development', 'browser', 'module'] },
    build: {
      write: false,
      minify: false,
      rollupOptions: { input: fileURLToPath(new URL('app.ts', import.meta.url)) },
    },
  })) as Rolldown.RolldownOutput
  return output.output[0].code
}
