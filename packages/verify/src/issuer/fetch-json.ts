import { parseStrictJson } from '@latchkey/contract/strict-json'

/** The global `fetch`, or something that stands in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Why no answer of the issuer could be used; the message names the address and the fault, never what was received. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError'
}

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

export interface FetchJson {
  (url: string, init?: RequestInit & { patience?: number }): Promise<Answer>
}

const patience = 5000
/** More than any document of an issuer needs: a thousand revocations are 150 kB. */
const longest = 1 << 20

/**
 * Gets a JSON object in bounded time and memory. Follows no redirect: the issuer's documents are where they are, and
 * whoever can redirect must not choose the keys. Rejects with {@link IssuerError}.
 */
export function createFetchJson(fetch: Fetch): FetchJson {
  return async (url, { patience: wait = patience, signal, ...init } = {}) => {
    const limit = AbortSignal.timeout(wait)
    const ends = signal ? AbortSignal.any([limit, signal]) : limit
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal: ends })
      if (response.status < 200 || response.status > 299) {
        await response.body?.cancel()
        throw new IssuerError(`${url} answered ${response.status}`)
      }
      const body = readObject(await readText(response, url), url)
      return { status: response.status, headers: response.headers, body }
    } catch (error) {
      if (error instanceof IssuerError) throw error
      if (limit.aborted)
        throw new IssuerError(`${url} did not answer within ${wait / 1000} s`, { cause: error })
      throw new IssuerError(`${url} cannot be reached`, { cause: error })
    }
  }
}

async function readText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > longest) throw new IssuerError(`${url} answered more than ${longest} bytes`)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let end = 0
  for (const chunk of chunks) {
    bytes.set(chunk, end)
    end += chunk.length
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new IssuerError(`${url} answered no text`, { cause: error })
  }
}

export function readObject(text: string, url: string): Record<string, unknown> {
  let value: unknown
  try {
    value = parseStrictJson(text)
  } catch (error) {
    throw new IssuerError(`${url} answered no JSON`, { cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new IssuerError(`${url} answered no JSON object`)
  return value as Record<string, unknown>
}
