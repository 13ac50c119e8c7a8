import { randomBytes } from 'node:crypto'
import { send, type SendOptions, type WireReply } from '#test/support/server-process.ts'
import { readInbox, tokensOf } from '#test/support/dev-inbox.ts'

/** Returns the server that answers now; changes when a server is killed and started again. */
export type CurrentServer = () => string

/** Something that a server said is over, and that must stay so. */
export type Acknowledged =
  | { what: 'session'; refreshToken: string; accessToken: string }
  | { what: 'password'; email: string; password: string }

interface Tokens {
  accessToken: string
  refreshToken: string
  session: { id: string; generation: number }
}

/**
 * One honest person with one device, as the protocol asks for it: every request is repeated until it is answered, and a
 * refresh keeps its attempt id until a newer generation has come.
 */
export class Person {
  /** Sessions that this person was told are over. */
  readonly acknowledged: Acknowledged[] = []
  /** Answers of the server to this person. */
  answers = 0
  /** The last requests and what came of each, for whoever has to find out why somebody was signed out. */
  readonly #heard: string[] = []
  #holds = 'nothing'
  readonly #email: string
  readonly #server: CurrentServer
  readonly #random: () => number
  #password = 'correct horse battery 0'
  #passwords = 0
  #tokens!: Tokens
  #attempt = newAttempt()
  readonly #usedLinks = new Set<string>()

  constructor(email: string, server: CurrentServer, random: () => number) {
    this.#email = email
    this.#server = server
    this.#random = random
  }

  async register(): Promise<void> {
    const body = { email: this.#email, password: this.#password, tokenDelivery: 'body' }
    const reply = await this.#ask('/register', { body })
    if (reply.status === 201) this.#keep(reply.body as unknown as Tokens)
    // The first try went through, and its answer was lost.
    else await this.#signIn()
  }

  /** Mostly refreshes, and now and then everything that ends something. */
  async act(): Promise<void> {
    const chance = this.#random()
    if (chance < 0.7) return await this.refresh()
    if (chance < 0.8) return await this.#logOutAndIn()
    if (chance < 0.93) return await this.#stepUp()
    return await this.#resetPassword()
  }

  /** Throws where the person is signed out, or somebody started a second chain of generations. */
  async refresh(): Promise<void> {
    const before = this.#tokens
    const reply = await this.#ask('/refresh', {
      body: { refreshToken: before.refreshToken },
      headers: { 'refresh-attempt': this.#attempt },
    })
    expectStatus(reply, [200], 'a refresh')
    const tokens = reply.body as unknown as Tokens
    const steps = tokens.session.generation - before.session.generation
    // Each refresh, however often it was tried, is one step; a step-up whose answer was lost is one more.
    if (steps > 2) throw new Error(`a refresh went ${steps} generations ahead`)
    if (steps > 0) this.#keep(tokens)
    else this.#tokens = { ...before, accessToken: tokens.accessToken }
  }

  async #signIn(): Promise<void> {
    const body = { email: this.#email, password: this.#password, tokenDelivery: 'body' }
    const reply = await this.#ask('/login', { body })
    expectStatus(reply, [200], 'a sign-in')
    this.#keep(reply.body as unknown as Tokens)
  }

  async #logOutAndIn(): Promise<void> {
    const { refreshToken, accessToken } = this.#tokens
    const reply = await this.#ask('/logout', { body: { refreshToken } })
    expectStatus(reply, [204], 'a log-out')
    this.acknowledged.push({ what: 'session', refreshToken, accessToken })
    await this.#signIn()
  }

  async #stepUp(): Promise<void> {
    const { refreshToken, accessToken } = this.#tokens
    const body = { password: this.#password, refreshToken }
    const headers = { authorization: `Bearer ${accessToken}`, 'refresh-attempt': this.#attempt }
    const reply = await this.#ask('/step-up', { body, headers })
    if (reply.status === 200) return this.#keep(reply.body as unknown as Tokens)
    // A try whose answer was lost has raised the session, or another has refreshed it: what is there now is fetched.
    expectStatus(reply, [401, 409], 'a step-up')
    await this.refresh()
  }

  async #resetPassword(): Promise<void> {
    const { refreshToken, accessToken } = this.#tokens
    const [former, next] = [this.#password, `correct horse battery ${++this.#passwords}`]
    let isDone = false
    while (!isDone) {
      const asked = await this.#ask('/forgot-password', { body: { email: this.#email } })
      expectStatus(asked, [202, 204], 'a request for a reset')
      const token = await this.#newLink()
      if (token === null) continue
      const reply = await this.#ask('/reset-password', { body: { token, newPassword: next } })
      expectStatus(reply, [204, 400], 'a reset')
      // Used already: by a try of ours whose answer was lost, which signing in tells.
      isDone = reply.status === 204 || (await this.#opens(next))
    }
    this.#password = next
    this.acknowledged.push(
      { what: 'session', refreshToken, accessToken },
      { what: 'password', email: this.#email, password: former },
    )
    await this.#signIn()
  }

  /** The token of a reset link not tried yet; null if its mail is late, as after a kill between the two. */
  async #newLink(): Promise<string | null> {
    for (let tries = 0; tries < 40; tries++) {
      const mails = await readInbox(this.#server(), this.#email).catch(() => [])
      const token = tokensOf(mails, '/reset-password').find((each) => !this.#usedLinks.has(each))
      if (token !== undefined) {
        this.#usedLinks.add(token)
        return token
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return null
  }

  async #opens(password: string): Promise<boolean> {
    const body = { email: this.#email, password, tokenDelivery: 'body' }
    return (await this.#ask('/login', { body })).status === 200
  }

  #keep(tokens: Tokens): void {
    this.#tokens = tokens
    this.#attempt = newAttempt()
    const { id, generation } = tokens.session
    this.#holds = `session ${id.slice(-4)} generation ${generation} attempt ${this.#attempt.slice(0, 4)}`
  }

  #note(path: string, outcome: string): void {
    const at = new Date().toISOString().slice(14, 23)
    this.#heard.push(`${at} ${path} with ${this.#holds}: ${outcome}`)
    if (this.#heard.length > 40) this.#heard.shift()
  }

  /** Returns the latest requests and answers, a line each. */
  history(): string {
    return this.#heard.join('\n')
  }

  /** Until somebody answers; some connections are cut by this side before they could. */
  async #ask(path: string, options: SendOptions): Promise<WireReply> {
    for (;;) {
      try {
        const cutAfter = this.#random() < 0.1 ? Math.floor(this.#random() * 15) : undefined
        const reply = await send(this.#server(), `/api/auth${path}`, {
          method: 'POST',
          ...options,
          ...(cutAfter !== undefined && { cutAfter }),
        })
        this.#note(path, `${reply.status} ${JSON.stringify(reply.body['code'] ?? '')}`)
        if (reply.status !== 503) {
          this.answers++
          return reply
        }
      } catch (error) {
        this.#note(path, 'no answer')
        if (!isBrokenConnection(error)) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** Returns what came back to life, a sentence each. */
export async function findUndone(server: string, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const undone: string[] = []
  for (const over of acknowledged) {
    for (const [path, options] of usesOf(over)) {
      const { status } = await send(server, `/api/auth${path}`, options)
      if (status < 400) undone.push(`${over.what} still opens ${path} (${status})`)
      else if (status !== 401) undone.push(`${over.what} at ${path} is answered with ${status}`)
    }
  }
  return undone
}

function usesOf(over: Acknowledged): [path: string, SendOptions][] {
  if (over.what === 'password')
    return [['/login', { body: { email: over.email, password: over.password, tokenDelivery: 'body' } }]]
  return [
    ['/refresh', { body: { refreshToken: over.refreshToken } }],
    ['/me', { headers: { authorization: `Bearer ${over.accessToken}` } }],
  ]
}

function expectStatus({ status, body }: WireReply, wanted: readonly number[], what: string): void {
  if (!wanted.includes(status))
    throw new Error(`${what} was answered with ${status}: ${JSON.stringify(body)}`)
}

const isBrokenConnection = (error: unknown): boolean => error instanceof Error && 'code' in error
const newAttempt = (): string => randomBytes(16).toString('base64url')
