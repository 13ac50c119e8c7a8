import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { toNodeHandler } from '../../packages/server/src/http/adapters/node.ts'
import { portOf } from '#test/support/listen.ts'
import { chromiumPath } from '#test/support/chromium.ts'
import { openBrowser } from '#test/support/open-browser.ts'
import { hasCommand } from '#test/support/has-command.ts'
import { openTestServer } from '#test/support/test-server.ts'

const deviceCookie = '__Host-latchkey-bound'
const credentials = { email: 'ada@example.com', password: 'seven quiet otters swim' }
/** Without hardware for keys Chromium keeps them in software, for tests. */
const features = 'DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting'
/** Since then by the names of the draft. */
const leastVersion = 145

/*
 * The protocol that test/support/dbsc-browser.ts imitates, done by a browser that knows it: by itself, and with its
 * real headers.
 */
describe.skipIf(chromiumPath === null || !hasCommand('openssl'))(
  'Chromium binds a session to its device',
  () => {
    let browser: Browser
    beforeAll(async () => void (browser = await openBrowser({ features })))
    afterAll(() => browser.close())

    test('by itself, proves it when its short cookie is gone, and leaves a thief nothing', async ({
      skip,
    }) => {
      skip(Number.parseInt(browser.version(), 10) < leastVersion, 'this Chromium does not know it')
      skip(
        !(await bindsHere(browser)),
        'this Chromium binds nothing on this machine: it has no key to do it with',
      )
      const { origin, seen } = await startSite()
      const context = await browser.newContext()
      const page = await openPage(context, origin)
      await send(page, '/register', credentials)
      await expect.poll(() => namesOf(context)).toContain(deviceCookie)
      expect(await send(page, '/refresh')).toMatchObject({
        status: 200,
        body: { session: { binding: 'dbsc' } },
      })
      expect(seen()).toEqual([['register', 200]])

      await context.clearCookies({ name: deviceCookie })
      expect((await send(page, '/refresh')).status).toBe(200)
      expect(seen()).toEqual([
        ['refresh', 403],
        ['refresh', 200],
      ])
      expect(await namesOf(context)).toContain(deviceCookie)

      const thief = await browser.newContext()
      await thief.addCookies((await context.cookies()).filter(({ name }) => name !== deviceCookie))
      const stolen = await send(await openPage(thief, origin), '/refresh')
      expect(stolen).toMatchObject({ status: 401, body: { code: 'refresh_token_invalid' } })
      expect((await send(page, '/refresh')).status).toBe(200)

      // Logged out, it is asked once more, hears that there is nothing, and asks no more.
      await send(page, '/logout')
      await context.clearCookies({ name: deviceCookie })
      seen()
      expect(await send(page, '/refresh')).toMatchObject({ status: 401, body: { code: 'no_session' } })
      expect(seen()).toEqual([
        ['refresh', 403],
        ['refresh', 404],
      ])
      await send(page, '/refresh')
      expect(seen()).toEqual([])
      await Promise.all([context.close(), thief.close()])
    })
  },
)

/** True if it takes the offer of a server that is not ours: some builds want hardware for their keys, flags or not. */
async function bindsHere(browser: Browser): Promise<boolean> {
  const offer = '(ES256);path="/registration";challenge="bm90LW91cnM"'
  const taken = Promise.withResolvers<boolean>()
  const server = createServer(makeCertificate(), (request, response) => {
    if (request.url === '/registration') taken.resolve(true)
    response.writeHead(200, { 'secure-session-registration': offer, 'content-type': 'text/html' }).end()
  }).listen(0)
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`https://localhost:${portOf(server)}/`)
  const limit = setTimeout(() => taken.resolve(false), 5000)
  const isTaken = await taken.promise
  clearTimeout(limit)
  await context.close()
  server.closeAllConnections()
  server.close()
  return isTaken
}

/** On https: on plain http no browser does it. */
async function startSite() {
  const answered: [string, number][] = []
  let answer: RequestListener = () => {}
  const server = createServer(makeCertificate(), (request, response) => {
    const [, name] = /\/device-bound-session\/(\w+)$/.exec(request.url ?? '') ?? []
    if (name !== undefined) response.on('finish', () => answered.push([name, response.statusCode]))
    if (request.url !== '/app') return answer(request, response)
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>App</title>')
  }).listen(0)
  const origin = `https://localhost:${portOf(server)}`
  const { latchkey } = await openTestServer({ publicUrl: origin })
  answer = toNodeHandler(latchkey)
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await latchkey.close()
  })
  return { origin, seen: () => answered.splice(0) }
}

function makeCertificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const wanted = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost']
  execFileSync('openssl', ['req', '-x509', ...wanted, '-days', '2', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  const made = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(folder, { recursive: true })
  return made
}

async function openPage(context: BrowserContext, origin: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${origin}/app`)
  return page
}

const namesOf = async (context: BrowserContext) => (await context.cookies()).map(({ name }) => name)

const send = (page: Page, path: string, body?: object): Promise<{ status: number; body: unknown }> =>
  page.evaluate(
    async ([path, body]) => {
      const answer = await fetch(`/api/auth${path}`, {
        method: 'POST',
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: text ? (JSON.parse(text) as unknown) : null }
    },
    [path, body] as const,
  )
