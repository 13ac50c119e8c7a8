import { createServer, type RequestListener } from 'node:http'
import { createVerifier, type Verifier } from '@latchkey/verify'
import * as express from './express.ts'
import * as fastify from './fastify.ts'
import * as hono from './hono.ts'
import * as node from './node.ts'

type CreateApp = (verifier: Verifier) => RequestListener | Promise<RequestListener>

const frameworks: Record<string, CreateApp> = {
  express: express.createApp,
  fastify: fastify.createApp,
  hono: hono.createApp,
  node: node.createApp,
}

const issuer = process.env['LATCHKEY_ORIGIN'] ?? 'http://localhost:4000'
const port = Number(process.env['PORT'] ?? 5000)
const createApp = frameworks[process.argv[2] ?? '']
if (!createApp) throw new Error(`Which one? ${Object.keys(frameworks).join(', ')}`)

const verifier = createVerifier({ issuer, audience: process.env['AUDIENCE'] ?? issuer })
const server = createServer(await createApp(verifier)).listen(port, () => {
  console.log(`Notes at http://localhost:${port}/notes, for tokens of ${issuer}`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    verifier.close()
    server.close()
    server.closeIdleConnections()
  })
