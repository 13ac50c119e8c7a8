import type { RequestListener } from 'node:http'
import { onTestFinished } from 'vitest'
import { toNodeHandler } from '../../packages/server/src/http/adapters/node.ts'
import { type Administration, startAdministration } from './administration.ts'
import { listen } from './listen.ts'
import type { TestOptions } from './test-latchkey.ts'

/** A Latchkey server that is reached over HTTP, at the address that it says it has, with its administrator. */
export interface Issuer extends Administration {
  origin: string
  /** The audience of this server's access tokens. */
  audience: string
}

export async function startIssuer(options: TestOptions = {}): Promise<Issuer> {
  let answer: RequestListener = (_, response) => void response.writeHead(503).end()
  const { origin, close } = listen((request, response) => answer(request, response))
  onTestFinished(close)
  const started = await startAdministration('sqlite', { realTime: true, publicUrl: origin, ...options })
  answer = toNodeHandler(started.latchkey)
  return { ...started, origin, audience: started.latchkey.config.audience }
}
