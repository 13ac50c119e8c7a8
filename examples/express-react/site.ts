import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { createApp } from './server/app.ts'
import { openNotes } from './server/notes.ts'

/** The whole application on a port of its own, with databases of its own; for the tests. */
export interface Site extends AsyncDisposable {
  origin: string
  server: TestServer
}

export async function openSite(
  settings: Parameters<typeof openTestServer>[0] = {},
  web = import.meta.dirname,
  outside: Parameters<typeof openTestServer>[1] = {},
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-notes-'))
  const server = await openTestServer(settings, outside)
  const notes = openNotes(join(folder, 'notes.sqlite'))
  // Passkeys are of an origin: where it is given, the application stands there.
  const port = settings.publicUrl === undefined ? 0 : Number(new URL(settings.publicUrl).port)
  const listener = createApp(server.latchkey, notes, web).listen(port)
  await new Promise((resolve) => listener.once('listening', resolve))
  return {
    origin: `http://localhost:${(listener.address() as AddressInfo).port}`,
    server,
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
      notes.close()
      await server.latchkey.close()
      rmSync(folder, { recursive: true })
    },
  }
}
