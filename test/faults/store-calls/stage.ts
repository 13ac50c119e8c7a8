import { DatabaseSync } from 'node:sqlite'
import type { SignedIn } from '@latchkey/contract'
import { openSqlite } from '../../../packages/server/src/db/sqlite.ts'
import { must } from '#test/support/must.ts'
import { createFiles, createTestCa } from '#test/support/certificates.ts'
import { hotp } from '#test/support/hotp.ts'
import type { LyingProvider } from '#test/support/lying-provider.ts'
import { Browser, createTestLatchkey, type TestLatchkey } from '#test/support/test-latchkey.ts'
import { onDemand } from '#test/support/on-demand.ts'
import { type Saboteur, sabotage } from './saboteur.ts'

export interface Scene {
  instance: TestLatchkey
  /** Signed in as ada with cookies. */
  ada: Browser
  native: SignedIn & { refreshToken: string }
  link: (path: string) => Promise<string>
  /** Signed in as an administrator. */
  admin: Browser
  bob: SignedIn
  provider: LyingProvider
}

/** A moment that can be gone back to: the database, what each browser has, and the time. */
export interface Kept {
  image: DatabaseSync
  time: number
  browsers: { browser: Browser; cookies: Map<string, string>; token: string | undefined }[]
}

export interface Stage {
  scene: Scene
  /** The saboteur of the running instance. */
  saboteur: Saboteur
  /** Ends the instance and keeps what it leaves. */
  keep(): Promise<Kept>
  /** Ends the instance; another one goes on from what was kept, any number of times. */
  goBack(kept: Kept): Promise<void>
  close(): Promise<void>
}

export const password = 'correct horse battery'
export const ca = createTestCa()

let serial = 0
const newLocation = (): string => `file:/store-calls-${process.pid}-${++serial}?vfs=memdb`

let opening: { kept: Kept; people: Pick<Scene, 'native' | 'bob'> } | undefined

/** Makes the common start of all operations once; each gets it back with a provider of its own. */
export async function setStage(provider: LyingProvider): Promise<Stage> {
  const mtlsCa = createFiles({ ca: ca.cert }).paths.ca
  let time = opening?.kept.time ?? Date.now()
  const clock = { now: () => time, advance: (milliseconds: number) => void (time += milliseconds) }
  provider.follow(clock.now)
  let browsers: Browser[] = []
  let location = ''
  let running: { latchkey: TestLatchkey['latchkey']; saboteur: Saboteur } | undefined
  const current = () => {
    if (!running) throw new Error('nothing is on the stage')
    return running
  }
  const instance: TestLatchkey = {
    clock,
    databaseUrl: 'sqlite::memory:',
    get latchkey() {
      return current().latchkey
    },
    async mailbox(to) {
      const { outbox, inbox } = current().latchkey.services
      await outbox.drain()
      return (await inbox?.list(to)) ?? []
    },
    browser(headers) {
      const handler: TestLatchkey['latchkey']['handler'] = (...request) =>
        current().latchkey.handler(...request)
      const browser = new Browser({ handler }, headers)
      browsers.push(browser)
      return browser
    },
  }
  const ada = instance.browser()
  const admin = instance.browser()
  if (!opening) {
    await start(new DatabaseSync((await onDemand('sqlite')).file))
    const people = await fill(instance, ada, admin)
    opening = { kept: await keep(), people }
  }
  const { kept, people } = opening
  // The same people with browsers of this stage.
  const own = {
    ...kept,
    browsers: [ada, admin].map((browser, at) => ({ ...must(kept.browsers[at]), browser })),
  }
  await goBack(own)
  const link = async (path: string) => {
    if (path === '/reset-password') await ada.post('/forgot-password', { email: 'ada@example.com' })
    return tokenOf(await instance.mailbox('ada@example.com'), path)
  }
  return {
    scene: { instance, ada, admin, link, provider, ...people },
    get saboteur() {
      return current().saboteur
    },
    keep,
    goBack,
    close,
  }

  async function start(image: DatabaseSync): Promise<void> {
    location = newLocation()
    const database = openSqlite(location)
    image.exec(`VACUUM INTO '${location}'`)
    const saboteur = sabotage(database)
    const { latchkey } = await createTestLatchkey({
      databaseUrl: instance.databaseUrl,
      outside: { database: saboteur.database, ports: { now: clock.now } },
      limitScale: 1000,
      signInMethods: ['password', 'passkey', 'magic-link', 'email-code', 'sms-code'],
      passwordlessSignUp: true,
      methods: [hotp],
      mtlsCa,
      mtlsProxyHeader: 'client-cert',
      // The browsers' network.
      trustedProxies: ['192.0.2.1'],
      oidcProviders: [provider.settings],
      outgoingPrivateHosts: ['localhost'],
    })
    running = { latchkey, saboteur }
    await settle()
  }

  /** Waits until background work is done. */
  async function settle(): Promise<void> {
    const { audit, outbox } = instance.latchkey.services
    await audit.flush()
    await outbox.drain()
  }

  async function keep(): Promise<Kept> {
    await settle()
    // A database in memory lives as long as somebody has it open.
    const image = new DatabaseSync(location)
    await close()
    return {
      image,
      time,
      browsers: browsers.map((browser) => ({
        browser,
        cookies: new Map(browser.cookies),
        token: browser.token,
      })),
    }
  }

  async function goBack(kept: Kept): Promise<void> {
    await close()
    time = kept.time
    browsers = kept.browsers.map(({ browser, cookies, token }) => {
      browser.cookies.clear()
      for (const [name, value] of cookies) browser.cookies.set(name, value)
      browser.token = token
      return browser
    })
    await start(kept.image)
  }

  async function close(): Promise<void> {
    await running?.latchkey.close()
    running = undefined
  }
}

async function fill(
  instance: TestLatchkey,
  ada: Browser,
  admin: Browser,
): Promise<Pick<Scene, 'native' | 'bob'>> {
  await ada.register()
  const { body: native } = await instance.browser().post<SignedIn & { refreshToken: string }>('/login', {
    email: 'ada@example.com',
    password,
    tokenDelivery: 'body',
  })
  const setUp = new URL(must(await instance.latchkey.setUpLink())).searchParams.get('token')
  const account = { token: setUp, email: 'root@example.com', password }
  admin.token = (await admin.post<SignedIn>('/setup', account)).body.accessToken
  return { native, bob: await instance.browser().register('bob@example.com') }
}

export function tokenOf(mails: { links: readonly string[] }[], path: string): string {
  const link = mails.flatMap(({ links }) => links).find((each) => each.includes(path))
  return must(new URL(must(link)).searchParams.get('token'))
}
