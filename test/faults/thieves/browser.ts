import { randomBytes } from 'node:crypto'
import { send, type WireReply } from '#test/support/server-process.ts'

/** The state that a cookie jar and its tabs share. */
interface Jar {
  cookies: Map<string, string>
  /** The attempt id of the refresh under way, the same for all tries in all tabs. */
  attempt: string
  generation: number
}

const password = 'correct horse battery'

/** A browser with several tabs, in bad weather: some answers are lost after the server has given them. */
export class Browser {
  /** The code of the refusal that ended its session. */
  signedOut: string | null = null
  presentations = 0
  readonly #servers: readonly string[]
  readonly #random: () => number
  readonly #jar: Jar
  #accessToken = ''

  constructor(servers: readonly string[], random: () => number, jar: Jar = emptyJar()) {
    this.#servers = servers
    this.#random = random
    this.#jar = jar
  }

  /** Somebody else with a copy of the cookies, who knows nothing of the attempt. */
  copy(): Browser {
    const { cookies, generation } = this.#jar
    const jar = { cookies: new Map(cookies), attempt: newAttempt(), generation }
    return new Browser(this.#servers, this.#random, jar)
  }

  async register(email: string): Promise<void> {
    const reply = await this.#send('/register', { email, password })
    if (reply?.status !== 201) throw new Error(`registration was answered with ${reply?.status}`)
    this.#keep(reply)
  }

  /** One to three tabs at once; where no answer came, they go on with the same attempt next time. */
  async refresh({ isCalm = false } = {}): Promise<void> {
    const tabs = isCalm ? 1 : 1 + Math.floor(this.#random() * 3)
    const { attempt } = this.#jar
    await Promise.all(
      Array.from({ length: tabs }, async () => {
        this.presentations++
        const reply = await this.#send('/refresh', undefined, {
          headers: { 'refresh-attempt': attempt },
          loses: isCalm ? 0 : 0.15,
        })
        if (reply) this.#take(reply)
      }),
    )
  }

  async stepUp(): Promise<void> {
    const { attempt } = this.#jar
    const reply = await this.#send(
      '/step-up',
      { password },
      {
        headers: { 'refresh-attempt': attempt, authorization: `Bearer ${this.#accessToken}` },
        loses: 0.15,
      },
    )
    if (reply?.status === 200) this.#keep(reply)
  }

  #take(reply: WireReply): void {
    if (reply.status === 200) this.#keep(reply)
    else if (reply.status === 401) this.signedOut ??= String(reply.body.code)
    else if (reply.status !== 503) throw new Error(`a refresh was answered with ${reply.status}`)
  }

  /** As a browser does: whatever arrives is kept, in whatever order. */
  #keep({ body, headers }: WireReply): void {
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (/max-age=0/i.test(line)) this.#jar.cookies.delete(name)
      else this.#jar.cookies.set(name, value)
    }
    this.#accessToken = String(body.accessToken)
    const { generation } = body.session as { generation: number }
    if (generation <= this.#jar.generation) return
    this.#jar.generation = generation
    this.#jar.attempt = newAttempt()
  }

  /** Null where the answer is lost on its way. */
  async #send(
    path: string,
    body: object | undefined,
    { headers = {}, loses = 0 }: { headers?: Record<string, string>; loses?: number } = {},
  ): Promise<WireReply | null> {
    const server = this.#servers[Math.floor(this.#random() * this.#servers.length)] ?? ''
    const cookie = [...this.#jar.cookies].map((pair) => pair.join('=')).join('; ')
    const isLost = this.#random() < loses
    const reply = await send(server, `/api/auth${path}`, {
      method: 'POST',
      ...(body && { body }),
      headers: { ...headers, ...(cookie !== '' && { cookie }) },
    })
    return isLost ? null : reply
  }
}

const emptyJar = (): Jar => ({ cookies: new Map(), attempt: newAttempt(), generation: 0 })
const newAttempt = (): string => randomBytes(16).toString('base64url')
