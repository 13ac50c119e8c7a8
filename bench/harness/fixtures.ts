import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latchkey } from '../subjects/latchkey.ts'
import { Connection } from './connection.ts'
import { type Database, openDatabase } from './database.ts'
import { Following } from './following.ts'
import type { Report } from './following-process.ts'
import type { Scope } from './scope.ts'
import { type Server, startServer } from './server.ts'
import { type Credential, type DatabaseKind, expectStatus } from './subject.ts'

/** Servers on one database, services that follow their feed, and people who are signed in. */
export interface Fixtures {
  readonly database: Database
  readonly servers: readonly Server[]
  /** Another person each time, who is signed in. */
  someone(): Credential
  /** One more server on the same database. */
  startServer(): Promise<Server>
  /** A new service that follows the feed of this server, and what it reports when it does. */
  follow(server: Server): Promise<{ service: Following; report: Report }>
  /** Resolves to the time of the server's answer, in milliseconds since the epoch. */
  signOut(server: Server, person: Credential): Promise<number>
  close(): Promise<void>
}

interface Size {
  /** The number of times that {@link Fixtures.someone} may be called. */
  readonly people: number
  /** The number of different tokens that the services verify. */
  readonly tokens: number
}

const { PUBLIC_URL: issuer = '' } = latchkey.environment
const settings = { ACCESS_TOKEN_TTL: '1h' } // nobody's token expires while it is looked at
const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

export async function openFixtures(kind: DatabaseKind, { postgres }: Scope, size: Size): Promise<Fixtures> {
  const database = await openDatabase(kind, postgres)
  const servers: Server[] = []
  const { port } = await startAnother()
  const [resident, ...people] = await signUp(port, size.people + 1)
  const tokens = join(folder, crypto.randomUUID())
  writeFileSync(tokens, (await refreshedTokens(port, resident!, size.tokens)).join('\n'))
  const services: Following[] = []
  return { database, servers, someone, startServer: startAnother, follow, signOut, close }

  async function startAnother(): Promise<Server> {
    const server = await startServer(latchkey, database, settings)
    servers.push(server)
    return server
  }

  function someone(): Credential {
    const person = people.pop()
    if (person === undefined) throw new Error('nobody is left')
    return person
  }

  async function follow({ port }: Server): Promise<{ service: Following; report: Report }> {
    const service = new Following()
    services.push(service)
    const address = `http://127.0.0.1:${port}`
    return { service, report: await service.order({ do: 'follow', issuer, address, tokens }) }
  }

  async function close(): Promise<void> {
    for (const service of services) service.stop()
    for (const server of servers) await server.stop()
    await database.drop()
  }
}

async function signUp(port: number, sessions: number): Promise<Credential[]> {
  const connection = new Connection(port)
  const credentials = await latchkey.client.signUp((exchange) => connection.send(exchange), sessions)
  connection.close()
  return credentials
}

async function refreshedTokens(port: number, resident: Credential, count: number): Promise<string[]> {
  const connection = new Connection(port)
  const tokens: string[] = []
  for (let credential = resident; tokens.length < count; tokens.push(credential.accessToken!)) {
    const answer = await connection.send(latchkey.client.refresh(credential))
    credential = latchkey.client.renewed(credential, answer)
  }
  connection.close()
  return tokens
}

async function signOut({ port }: Server, person: Credential): Promise<number> {
  const connection = new Connection(port)
  const answer = await connection.send(latchkey.client.signOut!(person))
  const at = performance.timeOrigin + performance.now()
  connection.close()
  expectStatus(answer, 204)
  return at
}
