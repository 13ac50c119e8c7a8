import { createServer, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { createTrust } from '@latchkey/verify/core'
import { limitConnections } from './http/adapters/connection-share.ts'
import { toNodeHandler } from './http/adapters/node.ts'
import { leaveToUs, refuseConnections, refuseWithoutHost } from './http/adapters/refused-connections.ts'
import { securityHeaders } from './http/security-headers.ts'
import type { TlsFiles } from './features/mutual-tls/files.ts'
import type { Latchkey } from './latchkey.ts'

export interface RunningServer {
  port: number
  /** Readiness first, then no new connections, requests in flight finished, what was promised done. */
  stop(): Promise<void>
}

/** Listens where the configuration says. Throws the error of `listen` (EADDRINUSE, EACCES). */
export async function listen(latchkey: Latchkey): Promise<RunningServer> {
  const { port, host, publicUrl, metricsPort, maxConnections, shutdownNotice, shutdownGrace } =
    latchkey.config
  const headers = securityHeaders(publicUrl.startsWith('https:'))
  const server = createListener(latchkey.services.tlsFiles, patience)
  const closing = closeAfterAnswers(server)
  const isTrusted = createTrust(latchkey.config.trustedProxies) ?? (() => false)
  limitConnections(server, { most: maxConnections, isTrusted })
  refuseConnections(server, headers)
  const handle = toNodeHandler(latchkey, { ownsProcess: true })
  server.on('request', (request, response) => {
    if (!refuseWithoutHost(request, response, headers)) handle(request, response)
  })
  await bind(server, port, host)
  const metrics = metricsPort === null ? null : await listenForMetrics(latchkey, metricsPort)
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      latchkey.drain()
      closing()
      // Proxies find out by `/readyz`; until then requests are answered, on new connections as well.
      await new Promise((resolve) => setTimeout(resolve, shutdownNotice))
      await close(server, shutdownGrace)
      if (metrics) await close(metrics, 0)
      await latchkey.close()
    },
  }
}

/** Slow clients are let go within ten seconds: of the clock that is looked at every half second, and of their first byte. */
const patience = {
  ...leaveToUs,
  headersTimeout: 8_000,
  requestTimeout: 9_000,
  connectionsCheckingInterval: 500,
  keepAliveTimeout: 65_000,
}

/** Serves https if there is a certificate; a new one takes effect with the next connection. */
function createListener(files: TlsFiles, options: ServerOptions): Server {
  if (!files.current().server) return createServer(options)
  const server = createTlsServer({
    ...options,
    ...secureContextOf(files),
    requestCert: files.current().trust !== null,
    handshakeTimeout: 8_000,
    // Browsers have none. Whose counts is decided where one is asked for, by the CAs and lists of that moment.
    rejectUnauthorized: false,
  })
  server.once(
    'close',
    files.onChange(() => server.setSecureContext(secureContextOf(files))),
  )
  return server
}

function secureContextOf(files: TlsFiles): SecureContextOptions {
  const { server, ca } = files.current()
  return { ...server, ...(ca !== null && { ca }), minVersion: 'TLSv1.2' }
}

/** On the loopback interface alone; what scrapes from elsewhere uses the token. */
async function listenForMetrics(latchkey: Latchkey, port: number): Promise<Server> {
  const server = createServer(patience, (request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    latchkey.http.metrics().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(503).end(),
    )
  })
  await bind(server, port, '127.0.0.1')
  return server
}

function bind(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/**
 * Returns what makes every answer from now on the last of its connection: clients that keep connections open let go
 * by themselves, and no answer is cut off on its way.
 */
function closeAfterAnswers(server: Server): () => void {
  const inFlight = new Set<ServerResponse>()
  let closing = false
  server.on('request', (_, response) => {
    if (closing) response.setHeader('connection', 'close')
    inFlight.add(response)
    response.once('close', () => inFlight.delete(response))
  })
  return () => {
    closing = true
    for (const response of inFlight) if (!response.headersSent) response.setHeader('connection', 'close')
  }
}

/** Waits for requests in flight; long polls and streams are cut after `grace`. */
function close(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), grace)
    server.close(() => {
      clearTimeout(limit)
      resolve()
    })
  })
}
