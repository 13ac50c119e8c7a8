import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import {
  connections,
  createInstallation,
  send,
  type ServerProcess,
  type SignedUp,
  signUp,
  startServer,
} from '../support/server-process.ts'
import { stores, type Store } from '../support/test-latchkey.ts'

/*
 * kill −9 around commit and answer: clients refresh all the time, the server is killed at a random moment and started
 * again, and every client goes on by repeating the refresh whose answer it did not get.
 * LATCHKEY_KILLS=2000 makes it a long run.
 */
const kills = Number(process.env.LATCHKEY_KILLS ?? 200)
const clientCount = 8

/** A client as the protocol asks for it: one attempt id for all tries of one refresh. */
interface Client {
  refreshToken: string
  generation: number
  attempt: string
}

describe.each(stores)('a server on %s that is killed', (store) => {
  test(
    `signs nobody out and starts no second chain, ${kills / 2} times`,
    { timeout: kills * 5000 },
    async () => {
      const env = await createInstallation(store, { REFRESH_LEEWAY: '0s', LIMIT_SCALE: '1000' })
      let server = await startServer(env)
      const clients = await Promise.all(
        Array.from({ length: clientCount }, (_, index) => newClient(server, store, index)),
      )
      let answered = 0
      for (let round = 0; round < kills / 2; round++) {
        const agent = connections(clientCount)
        const target = server
        const firstAnswer = Promise.withResolvers<void>()
        const killed = firstAnswer.promise
          .then(() => new Promise((resolve) => setTimeout(resolve, Math.random() * 30)))
          .then(target.kill)
        const counts = clients.map((client) => refreshUntilBroken(target, client, agent, firstAnswer.resolve))
        for (const count of await Promise.all(counts)) answered += count
        await killed
        agent.destroy()
        server = await startServer(env)
      }
      for (const client of clients) expect(await refreshOnce(server, client)).toBe(200)
      expect(answered).toBeGreaterThan(kills)
    },
  )
})

async function newClient(server: ServerProcess, store: Store, index: number): Promise<Client> {
  const { refreshToken, session }: SignedUp = await signUp(server.url, `user-${store}-${index}@example.com`)
  return { refreshToken, generation: session.generation, attempt: newAttempt() }
}

/** Returns how many answers arrived before the connection broke. */
async function refreshUntilBroken(
  server: ServerProcess,
  client: Client,
  agent: ReturnType<typeof connections>,
  onAnswer: () => void,
): Promise<number> {
  for (let answers = 0; ; answers++) {
    try {
      expect(await refreshOnce(server, client, agent)).toBe(200)
      onAnswer()
    } catch (error) {
      if (error instanceof Error && 'code' in error) return answers
      throw error
    }
  }
}

async function refreshOnce(
  server: ServerProcess,
  client: Client,
  agent?: ReturnType<typeof connections>,
): Promise<number> {
  const { refreshToken, attempt } = client
  const { status, body } = await send(server.url, '/api/auth/refresh', {
    body: { refreshToken },
    headers: { 'refresh-attempt': attempt },
    ...(agent && { agent }),
  })
  if (status !== 200) throw new Error(`a refresh was answered with ${status}: ${JSON.stringify(body)}`)
  const { generation } = body.session as { generation: number }
  // A second chain would show as a jump: each refresh, however often it was tried, is one step.
  expect(generation - client.generation).toBeLessThanOrEqual(1)
  if (generation > client.generation) {
    Object.assign(client, { refreshToken: body.refreshToken, generation, attempt: newAttempt() })
  }
  return status
}

const newAttempt = (): string => randomBytes(16).toString('base64url')
