import type { Request as Asked } from 'express'
import type { Latchkey } from 'latchkey'

export interface Reader {
  email: string
  name: string | null
}

export interface Device {
  id: string
  current: boolean
  label: string
  lastUsedAt: string
}

/** Latchkey's API, asked in this process with the cookie of whoever is reading. */
export interface LatchkeyApi {
  /** The signed-in user; null if nobody is. */
  reader(asked: Asked): Promise<Reader | null>
  devices(asked: Asked): Promise<Device[]>
  endDevice(asked: Asked, id: string): Promise<void>
}

export function createLatchkeyApi({ handler, config }: Latchkey): LatchkeyApi {
  return {
    async reader(asked) {
      const answer = await call(asked, 'GET', '/session')
      if (answer.status === 401) return null
      return (await read<{ user: Reader }>(answer)).user
    },
    async devices(asked) {
      return (await read<{ items: Device[] }>(await call(asked, 'GET', '/sessions'))).items
    },
    async endDevice(asked, id) {
      const answer = await call(asked, 'DELETE', `/sessions/${encodeURIComponent(id)}`)
      // One that has ended meanwhile is what was wanted; what is no id is none, too.
      if (answer.status !== 404 && answer.status !== 400) await read(answer)
    },
  }

  function call({ headers, ip }: Asked, method: string, path: string): Promise<Response> {
    const url = `${config.publicUrl}${config.basePath}/auth${path}`
    const request = new Request(url, { method, headers: { cookie: headers.cookie ?? '' } })
    return handler(request, { remoteAddress: ip })
  }
}

async function read<Body>(answer: Response): Promise<Body> {
  if (!answer.ok) throw new Error(`Latchkey answered ${answer.status}: ${await answer.text()}`)
  return (answer.status === 204 ? undefined : await answer.json()) as Body
}
