import { IssuerError } from '../issuer/fetch-json.ts'

/** Longest event that is read, in characters: a page of the feed is 150,000. */
const longest = 1 << 20

/**
 * Yields the `data` of each server-sent event (WHATWG HTML §9.2.6), whatever its name. Skips comments and other fields:
 * ids and names add nothing to the data. Throws IssuerError for an event without end.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const text = new TextDecoder()
  let rest = ''
  let data: string[] = []
  for await (const chunk of body) {
    rest += text.decode(chunk, { stream: true })
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n')
        data = []
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line[5] === ' ' ? 6 : 5))
      }
    }
    if (rest.length + data.reduce((sum, { length }) => sum + length, 0) > longest)
      throw new IssuerError('the revocation feed sends an event without end')
  }
}
