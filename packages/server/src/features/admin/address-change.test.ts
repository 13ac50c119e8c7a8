import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { callbackify } from 'node:util'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { portOf } from '#test/support/listen.ts'
import { type Administration, startAdministration, testPassword } from '#test/support/administration.ts'
import { runLatchkey } from '#test/support/run-latchkey.ts'
import { stores, testSecret } from '#test/support/test-latchkey.ts'

const email = 'ada@example.com'
const elsewhere = 'mallory@example.com'
const newPassword = 'a phrase that nobody else knows'

type Change = (scene: Administration, id: string) => Promise<unknown>

const env = ({ databaseUrl }: Administration) => ({
  DATABASE_URL: databaseUrl,
  LATCHKEY_SECRET: testSecret,
  NODE_ENV: 'test',
})

const changes: Record<string, Change> = {
  'the API': ({ call, root }, id) =>
    call('PATCH', `/admin/users/${id}`, {
      token: root.accessToken,
      body: { email: elsewhere, emailVerified: true },
    }),
  'the command line': (scene, id) =>
    runLatchkey(['users', 'change-email', id, elsewhere, '--verified'], { env: env(scene) }),
}
const done: Record<string, object> = { 'the API': { status: 200 }, 'the command line': { code: 0 } }

test.each(stores.flatMap((store) => Object.keys(changes).map((by) => [store, by] as const)))(
  "an administrator's change of address is told at the old one, by a mail whose link undoes it: on %s, by %s",
  async (store, by) => {
    const { port, mailsTo } = await startMailServer()
    const scene = await startAdministration(store, { smtpUrl: `smtp://localhost:${port}`, realTime: true })
    const { browser, latchkey } = scene
    const owner = browser()
    const { user } = await owner.register(email, testPassword)
    const linkIn = async (to: string, path: string): Promise<string> => {
      await expect.poll(() => linksTo(to, path).length, { timeout: 20_000 }).toBeGreaterThan(0)
      return must(new URL(must(linksTo(to, path).at(-1))).searchParams.get('token'))
    }
    const linksTo = (to: string, path: string): string[] =>
      mailsTo(to)
        .flatMap(({ text }) => text.match(/https?:\S+/g) ?? [])
        .filter((link) => new URL(link).pathname === path)
    await owner.post('/verify-email', { token: await linkIn(email, '/verify-email') })

    expect(await must(changes[by])(scene, user.id)).toMatchObject(must(done[by]))
    const told = async () => mailsTo(email).map(({ subject }) => subject)
    await latchkey.services.outbox.drain()
    await expect
      .poll(told, { timeout: 20_000 })
      .toContainEqual(expect.stringContaining('address was changed'))
    const [mail] = mailsTo(email).filter(({ subject }) => subject.includes('address was changed'))
    // Strips the characters that keep mail programs from detecting an address.
    expect(must(mail).text.replaceAll('\u200B', '')).toContain(elsewhere)
    // Nothing of it opens anything at the new address but what its reader may have.
    expect(linksTo(elsewhere, '/change-email/undo')).toEqual([])
    await expect.poll(async () => (await owner.refresh()).status, { timeout: 5000 }).toBe(401)
    expect((await browser().login(email, testPassword)).status).toBe(401)

    const undo = await linkIn(email, '/change-email/undo')
    expect((await browser().post('/change-email/undo', { token: undo })).status).toBe(204)
    const reset = await linkIn(email, '/reset-password')
    expect((await browser().post('/reset-password', { token: reset, newPassword })).status).toBe(204)
    expect((await browser().login(email, newPassword)).body.user).toMatchObject({ id: user.id, email })
    expect((await browser().login(elsewhere, testPassword)).status).toBe(401)
  },
)

interface Delivered {
  to: string
  subject: string
  text: string
}

async function startMailServer() {
  const delivered: Delivered[] = []
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onData: callbackify(async (stream: Readable, { envelope }: SMTPServerSession) => {
      const { subject = '', text = '' } = await PostalMime.parse(await buffer(stream))
      for (const { address } of envelope.rcptTo) delivered.push({ to: address, subject, text })
    }),
  })
  server.on('error', () => {})
  server.listen(0)
  await once(server.server, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const port = portOf(server.server)
  return { port, mailsTo: (to: string) => delivered.filter((mail) => mail.to === to) }
}
