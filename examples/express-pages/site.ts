import type { AddressInfo } from 'node:net'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { createApp } from './app.ts'

/** The whole site on a port of its own, with a database in memory; for the tests. */
export interface Site extends AsyncDisposable {
  origin: string
  server: TestServer
}

export async function openSite(): Promise<Site> {
  const server = await openTestServer({ pagesSession: 'cookie', afterSignIn: '/', limitScale: 100 })
  const listener = createApp(server.latchkey).listen(0)
  await new Promise((resolve) => listener.once('listening', resolve))
  return {
    origin: `http://localhost:${(listener.address() as AddressInfo).port}`,
    server,
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
      await server.latchkey.close()
    },
  }
}
