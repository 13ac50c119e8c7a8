import { connect, type Socket } from 'node:net'
import type { Answer, Exchange } from './subject.ts'

/**
 * One keep-alive connection, one exchange at a time. Written by hand because node:http's client costs as much as the
 * fastest server here, and on a small machine both share the cores.
 */
export class Connection {
  readonly #socket: Socket
  readonly #host: string
  #received = ''
  #answer: PromiseWithResolvers<Answer> | undefined

  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  send(exchange: Exchange): Promise<Answer> {
    this.#answer = Promise.withResolvers<Answer>()
    this.#socket.write(this.#write(exchange))
    return this.#answer.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #write({ method, path, headers = {}, body = '' }: Exchange): string {
    let text = `${method} ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n`
    for (const name in headers) text += `${name}: ${headers[name]}\r\n`
    if (method === 'POST') text += `content-length: ${Buffer.byteLength(body)}\r\n`
    return `${text}\r\n${body}`
  }

  #read(text: string): void {
    this.#received += text
    const answer = parseAnswer(this.#received)
    if (answer === null) return
    this.#received = ''
    this.#answer?.resolve(answer)
    this.#answer = undefined
  }

  #fail(error: Error): void {
    this.#answer?.reject(error)
    this.#answer = undefined
  }
}

/** Null while the answer is not complete. */
function parseAnswer(text: string): Answer | null {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = text.slice(0, end)
  const status = Number(head.slice(9, 12))
  const body = text.slice(end + 4)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  if (length !== undefined) return body.length < Number(length) ? null : { status, head, body }
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    return body.endsWith('0\r\n\r\n') ? { status, head, body: joinChunks(body) } : null
  }
  return { status, head, body: '' } // 204
}

function joinChunks(body: string): string {
  let joined = ''
  for (let at = 0; ;) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.slice(at, lineEnd), 16)
    if (!(size > 0)) return joined
    joined += body.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}
