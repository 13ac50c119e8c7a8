import { expect } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { testPassword } from '#test/support/administration.ts'
import { parsed, runLatchkey } from '#test/support/run-latchkey.ts'
import type { Browser, Reply } from '#test/support/test-latchkey.ts'
import { testSecret } from '#test/support/test-latchkey.ts'
import { addPasskey, addPhone, proveByPasskey } from './event-paths.ts'
import { email, type Path, type Scene } from './event-scene.ts'

/*
 * The same events by the other doors: pages without JavaScript, the command line, a provider, mails that sign in.
 */

const newPassword = 'a phrase of another kind'

/** The command line, in a process of its own. */
const cli =
  (...words: string[]) =>
  async ({ databaseUrl, userId, homeId, clock }: Scene): Promise<void> => {
    const env = { DATABASE_URL: databaseUrl, LATCHKEY_SECRET: testSecret, NODE_ENV: 'test' }
    const filled = words.map((word) => (word === 'USER' ? userId : word === 'SESSION' ? homeId : word))
    parsed(await runLatchkey([...filled, '--json'], { env }))
    // That process has a clock of its own, and what it leaves to be sent is due by it.
    clock.advance(Math.max(0, Date.now() - clock.now()) + 1000)
  }

/** Opens a page and sends its form. */
async function submit(
  tab: Browser,
  path: string,
  values: Record<string, string> | ((page: string) => Record<string, string>) = {},
): Promise<Reply<string>> {
  const shown = await tab.send<string>(path, { headers: { accept: 'text/html' } })
  const form = /<main[^>]*>([\s\S]*)<\/main>/.exec(shown.body)?.[1] ?? ''
  const action = /<form method="post" action="([^"]+)"/.exec(form)?.[1]
  expect([path, shown.status, action]).toEqual([path, 200, expect.any(String)])
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const carried = Object.fromEntries(hidden.map(([, name, value]) => [name, value]))
  const filled = typeof values === 'function' ? values(shown.body) : values
  const sent = await tab.send<string>(must(action).replaceAll('&amp;', '&'), {
    method: 'POST',
    body: new URLSearchParams({ ...carried, ...filled } as Record<string, string>).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
  })
  expect([path, sent.status]).toEqual([path, 303])
  return { ...sent, status: 200 }
}

const page =
  (which: 'home' | 'elsewhere', path: string, values: Record<string, string> = {}, to = email) =>
  async (scene: Scene) => {
    const tab = which === 'home' ? scene.home : scene.browser()
    return await submit(tab, `${path}?token=${await scene.link(path, to)}`, values)
  }

async function resetByPage(scene: Scene) {
  const { latchkey, userId } = scene
  const account = await latchkey.services.users.get(userId)
  const token = await latchkey.services.db.transaction((tx) =>
    latchkey.services.resetMails.issue(tx, account),
  )
  return await submit(scene.browser(), `/reset-password?token=${token}`, { newPassword })
}

const ada = { sub: 'ada-at-acme', email, email_verified: true }

async function byProvider(tab: Browser, { provider }: Scene, begin: string, person = ada) {
  const { body } = await tab.post<{ url: string }>(begin, {})
  const { searchParams } = new URL(provider.approve(body.url, person), 'http://localhost')
  return await tab.post('/federation/acme/finish', Object.fromEntries(searchParams))
}

async function byMagicLink(scene: Scene, open: (tab: Browser, token: string) => Promise<unknown>) {
  const tab = scene.browser()
  await tab.post('/magic-link/send', { email })
  const [mail] = await scene.mailbox(email)
  const token = must(mail)
    .links.map((link) => new URL(link).searchParams.get('token'))
    .find(Boolean)
  return await open(tab, must(token))
}

const changeAsked = ({ home }: Scene) => home.post('/change-email', { email: 'new@example.com' })

/** Another account proves ada's number. */
async function numberTaken({ browser, mailbox }: Scene) {
  const stranger = browser()
  await stranger.register('stranger@example.com', testPassword)
  const number = '+49151234567890'
  const { ticket } = (await stranger.post<{ ticket: string }>('/phone/send', { number })).body
  const code = firstOf(await mailbox(number)).codes[0]
  return await stranger.post('/phone/verify', { ticket, code })
}

const askForPasskey = async (scene: Scene) => {
  await addPasskey(scene)
  await scene.home.send('/api/auth/passkeys/second-factor', { method: 'PUT', body: { enabled: true } })
  await proveByPasskey(scene)
}

export const doorPaths: readonly Path[] = [
  { event: 'password_reset', by: 'the page', run: resetByPage },
  {
    event: 'owner_arrived',
    by: 'the page of a reset',
    isUnproven: true,
    run: resetByPage,
    except: ['password'],
  },
  {
    event: 'owner_arrived',
    by: 'the page of the verifying mail',
    isUnproven: true,
    run: page('elsewhere', '/verify-email'),
  },
  {
    event: 'address_proven',
    by: 'the page where the account was made',
    isUnproven: true,
    run: page('home', '/verify-email'),
  },
  {
    event: 'owner_arrived',
    by: 'a link by mail',
    isUnproven: true,
    run: (scene) => byMagicLink(scene, (tab, token) => tab.post('/magic-link/verify', { token })),
  },
  {
    event: 'owner_arrived',
    by: 'the page of a link by mail',
    isUnproven: true,
    run: (scene) =>
      byMagicLink(scene, (tab, token) =>
        submit(tab, `/sign-in/magic-link/open?token=${token}`, { remember: 'true' }),
      ),
  },
  {
    event: 'owner_arrived',
    by: 'the page of a code by mail',
    isUnproven: true,
    async run(scene) {
      const tab = scene.browser()
      await submit(tab, '/sign-in/email-code', { email })
      const [mail] = await scene.mailbox(email)
      return await submit(tab, '/sign-in/email-code/code', { code: firstOf(must(mail).codes) })
    },
  },
  {
    event: 'owner_arrived',
    by: 'a provider',
    isUnproven: true,
    run: (scene) => byProvider(scene.browser(), scene, '/federation/acme'),
  },
  {
    event: 'owner_arrived',
    by: 'the command line',
    isUnproven: true,
    run: cli('users', 'change-email', 'USER', 'new@example.com', '--verified'),
  },
  {
    event: 'provider_linked',
    by: 'a provider',
    run: (scene) => byProvider(scene.home, scene, '/federation/acme/link'),
  },
  {
    event: 'factor_added',
    by: 'the page of a passkey',
    run: ({ home, passkeys }) =>
      submit(home, '/passkeys/add', (shown) => {
        const [, json = ''] = /data-options="([^"]+)"/.exec(shown) ?? []
        const text = json.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
        const options = JSON.parse(text) as Record<string, unknown>
        return { response: JSON.stringify(passkeys.create(options)) }
      }),
  },
  {
    event: 'recovery_codes_made',
    by: 'its owner',
    before: askForPasskey,
    run: ({ home }) => home.post('/recovery-codes'),
    except: ['recovery codes', 'other'],
  },
  {
    event: 'number_taken',
    by: 'another account',
    before: async (scene) => {
      await addPhone(scene)
      await askForPasskey(scene)
    },
    run: numberTaken,
    // Gone with the number's being added.
    except: ['other'],
  },
  {
    event: 'last_number_taken',
    by: 'another account',
    before: addPhone,
    run: numberTaken,
    except: ['other'],
  },
  {
    event: 'address_changed',
    by: 'the page of the session that asked',
    before: changeAsked,
    run: page('home', '/change-email/confirm', {}, 'new@example.com'),
  },
  {
    event: 'address_change_undone',
    by: 'the page',
    before: async (scene) => {
      await changeAsked(scene)
      await page('home', '/change-email/confirm', {}, 'new@example.com')(scene)
    },
    run: page('elsewhere', '/change-email/undo'),
    except: ['undoing link'],
  },
  { event: 'logged_out', by: 'the page', run: ({ home }) => submit(home, '/sign-out') },
  {
    event: 'session_replaced',
    by: 'a sign-in in the same browser',
    run: ({ home }) => home.login(email, testPassword),
    // Another session is there now.
    except: ['home'],
  },
  { event: 'session_ended_by_admin', by: 'the command line', run: cli('sessions', 'revoke', 'SESSION') },
  {
    event: 'sessions_ended_by_admin',
    by: 'the command line',
    run: cli('sessions', 'revoke', '--user', 'USER'),
  },
  {
    event: 'factors_reset',
    by: 'the command line',
    run: cli('users', 'reset-factors', 'USER', '--reason', 'lost'),
  },
  {
    event: 'address_changed_by_admin',
    by: 'the command line',
    run: cli('users', 'change-email', 'USER', 'new@example.com', '--verified'),
  },
  { event: 'disabled', by: 'the command line', run: cli('users', 'disable', 'USER') },
  {
    event: 'enabled',
    by: 'the command line',
    before: cli('users', 'disable', 'USER'),
    run: cli('users', 'disable', 'USER', '--undo'),
    except: ['home', 'other', 'token of before', 'API key'],
  },
  {
    event: 'api_key_made',
    by: 'the command line',
    run: cli('api-keys', 'create', '--user', 'USER', '--name', 'another'),
  },
  {
    event: 'reuse_detected',
    by: 'a page that is opened with a replaced cookie',
    run: async ({ home, clock, browser }) => {
      const thief = browser()
      for (const [name, value] of home.cookies) thief.cookies.set(name, value)
      for (let round = 0; round < 3; round++) {
        clock.advance(31_000)
        await home.refresh()
      }
      return await thief.send('/passkeys/add', { headers: { accept: 'text/html' } })
    },
  },
]
