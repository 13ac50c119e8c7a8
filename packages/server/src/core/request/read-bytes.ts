import { AuthError } from '../auth-error.ts'
import type { RequestContext } from './request-context.ts'

/** 64 KiB. */
const largestBody = 65_536

export async function readBytes(raw: Request, header: RequestContext['header']): Promise<Uint8Array> {
  const length = header('content-length')
  // Looked at before `body`: that would make a stream of what the web server has at hand.
  if (length !== null) {
    if (Number(length) > largestBody) throw new AuthError('body_too_large')
    return new Uint8Array(await raw.arrayBuffer())
  }
  return raw.body === null ? nothingSent : await readStream(raw.body)
}

const nothingSent = new Uint8Array(0)

async function readStream(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > largestBody) throw new AuthError('body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
