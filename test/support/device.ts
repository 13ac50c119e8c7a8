import type { Latchkey } from '../../packages/server/src/latchkey.ts'

export interface Seen {
  method: string
  path: string
  headers: Headers
  body: string
  status: number
}

/** The fate of a request on its way: nothing is thrown by the server, all of it by the wire. */
export type Weather =
  | 'fair'
  /** Nothing arrives. */
  | 'offline'
  /** The request arrives, the answer does not: neither body nor cookies. */
  | 'lost'
  /** A proxy answers instead. */
  | (() => Response)

/** A browser's network and cookie jar in front of a real instance, as the `fetch` of a client. */
export interface Device {
  origin: string
  fetch: typeof fetch
  cookies: Map<string, string>
  /** Every request that was sent, in order. */
  sent: Seen[]
  /** How often a path was asked. */
  count(path: string): number
  /** The weather for the next requests to a path; the last entry stays. */
  weather(path: string, ...days: Weather[]): void
}

export function createDevice(latchkey: Latchkey, origin = 'http://localhost:4000'): Device {
  const cookies = new Map<string, string>()
  const sent: Seen[] = []
  const forecasts = new Map<string, Weather[]>()
  return {
    origin,
    cookies,
    sent,
    fetch: send,
    count: (path) => sent.filter((one) => one.path === path).length,
    weather: (path, ...days) => void forecasts.set(path, days),
  }

  async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    const headers = new Headers(request.headers)
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '))
    headers.set('sec-fetch-site', 'same-origin')
    const body = await request.clone().text()
    const seen: Seen = { method: request.method, path: pathname, headers, body, status: 0 }
    sent.push(seen)
    const weather = weatherFor(pathname)
    if (weather === 'offline') throw new TypeError('fetch failed')
    const forwarded = new Request(request, { headers })
    const response =
      typeof weather === 'function'
        ? weather()
        : await latchkey.handler(forwarded, { remoteAddress: '192.0.2.1' })
    if (weather === 'lost') throw new TypeError('fetch failed')
    seen.status = response.status
    if (typeof weather !== 'function') keepCookies(response)
    return response
  }

  function weatherFor(path: string): Weather {
    const days = forecasts.get(path) ?? forecasts.get('*') ?? []
    return (days.length > 1 ? days.shift() : days[0]) ?? 'fair'
  }

  function keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
  }
}
