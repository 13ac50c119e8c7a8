import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { must } from '#test/support/must.ts'
import { userIdOf } from '#test/support/user-id.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { createWire } from '#test/support/wire.ts'
import { createVerifier, type VerifierOptions, type Verifier } from '../index.ts'

/** A verifier that is up to date, an instance, and a wire between them. */
async function follow(options: Partial<VerifierOptions> = {}) {
  const { latchkey, browser } = await createTestLatchkey({ realTime: true })
  const wire = createWire(latchkey)
  const { publicUrl: issuer, audience } = latchkey.config
  const verifier = createVerifier({ issuer, audience, fetch: wire.fetch, ...options })
  onTestFinished(() => verifier.close())
  return { latchkey, browser, wire, verifier }
}

const codeOf = async (verifier: Verifier, token: string): Promise<string> => {
  const verdict = await verifier.verify(token)
  return verdict.ok ? 'ok' : verdict.error.code
}

const feedPath = '/api/auth/revocations'
const eventually = (verifier: Verifier, token: string) =>
  expect.poll(() => codeOf(verifier, token), { timeout: 20_000, interval: 20 })

test('nothing is fetched before the first token, and the first token waits for keys and revocations', async () => {
  const { browser, wire, verifier } = await follow()
  const ended = browser()
  const { accessToken } = await ended.register()
  await ended.post('/logout')
  expect(wire.asked('/.well-known/oauth-authorization-server')).toBe(0)
  expect(verifier.status()).toMatchObject({ keys: { count: 0 }, feed: { state: 'connecting', lag: null } })
  expect(await codeOf(verifier, accessToken)).toBe('revoked')
  expect(verifier.status()).toMatchObject({
    mode: 'local+feed',
    keys: { count: 2, error: null },
    feed: { state: 'live', transport: 'stream', entries: 1, cursor: 1, error: null },
    cachedTokens: 0,
  })
})

describe('what revokes a token', () => {
  test('the end of its session, and of no other', async () => {
    const { browser, verifier } = await follow()
    const [one, other] = [browser(), browser()]
    const { accessToken } = await one.register('ada@example.com')
    const { accessToken: kept } = await other.register('bea@example.com')
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    await one.post('/logout')
    await eventually(verifier, accessToken).toBe('revoked')
    expect(await codeOf(verifier, kept)).toBe('ok')
  })

  test('a newer epoch of its session: the token of the next refresh passes', async () => {
    const { latchkey, browser, verifier } = await follow()
    const tab = browser()
    const { accessToken, user } = await tab.register()
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    const { db, sessions, revocations } = latchkey.services
    const entries = await db.transaction(async (tx) =>
      revocations.append(tx, await sessions.raiseEpochsWithin(tx, userIdOf(user.id))),
    )
    revocations.remember(entries)
    await eventually(verifier, accessToken).toBe('revoked')
    const { body } = await tab.refresh()
    expect(await codeOf(verifier, body.accessToken)).toBe('ok')
  })

  test('the retirement of its key; the keys are fetched anew at once', async () => {
    const { latchkey, browser, wire, verifier } = await follow()
    const { accessToken } = await browser().register()
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    const { keys } = latchkey.services
    await keys.retire(keys.signer().kid)
    await eventually(verifier, accessToken).not.toBe('ok')
    await expect.poll(() => wire.asked('/.well-known/jwks.json')).toBe(2)
    expect(await codeOf(verifier, (await browser().register('bea@example.com')).accessToken)).toBe('ok')
  })
})

describe('a bad wire', () => {
  test('a feed that breaks is resumed from its cursor: what was revoked meanwhile is refused', async () => {
    const { browser, wire, verifier } = await follow()
    const tab = browser()
    const { accessToken } = await tab.register()
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    wire.cut()
    await tab.post('/logout')
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    await expect.poll(() => verifier.status().feed?.error?.message).toBe('fetch failed')
    wire.mend()
    await eventually(verifier, accessToken).toBe('revoked')
    expect(verifier.status().feed).toMatchObject({ state: 'live', error: null })
  })

  test('events that come twice, or in another order, lose nothing and refuse nobody', async () => {
    const { browser, wire, verifier } = await follow()
    const kept = await browser().register('kept@example.com')
    expect(await codeOf(verifier, kept.accessToken)).toBe('ok')
    const held: string[] = []
    wire.onEvent((event) => {
      if (!event.includes('"entries":[{')) return [event, event]
      held.push(event)
      // Two by two, the later one first, and again.
      return held.length % 2 === 0 ? [must(held.at(-1)), must(held.at(-2)), must(held.at(-1))] : []
    })
    const ended: string[] = []
    for (let each = 0; each < 6; each++) {
      const tab = browser()
      ended.push((await tab.register(`user${each}@example.com`)).accessToken)
      await tab.post('/logout')
    }
    for (const accessToken of ended) await eventually(verifier, accessToken).toBe('revoked')
    expect(await codeOf(verifier, kept.accessToken)).toBe('ok')
  })

  test('an event that is lost on the way is noticed by the next one', async () => {
    const { browser, wire, verifier } = await follow()
    const [first, second] = [browser(), browser()]
    const { accessToken } = await first.register('ada@example.com')
    await second.register('bea@example.com')
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    let lost = 0
    wire.onEvent((event) => (event.includes('"entries":[{') && lost++ === 0 ? [] : [event]))
    await first.post('/logout')
    await expect.poll(() => lost).toBe(1)
    await second.post('/logout')
    await eventually(verifier, accessToken).toBe('revoked')
    expect(wire.asked(feedPath)).toBeGreaterThan(1)
  })

  test('where no stream comes through, the feed is polled', async () => {
    const { browser, wire, verifier } = await follow()
    wire.buffers(true)
    const tab = browser()
    const { accessToken } = await tab.register()
    // The first token waits for three seconds, the proxy is given up after five.
    await eventually(verifier, accessToken).toBe('ok')
    expect(verifier.status().feed).toMatchObject({ state: 'live', transport: 'poll' })
    await tab.post('/logout')
    await eventually(verifier, accessToken).toBe('revoked')
  })
})

describe('a feed that is looked at on demand', () => {
  test('refuses what was revoked, and holds no connection', async () => {
    const { browser, wire, verifier } = await follow({ feed: 'on demand' })
    const tab = browser()
    const { accessToken } = await tab.register()
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(verifier, accessToken)))
    expect(new Set(codes)).toEqual(new Set(['ok']))
    expect(wire.asked(feedPath)).toBe(1)
    await tab.post('/logout')
    await eventually(verifier, accessToken).toBe('revoked')
    expect(verifier.status().feed).toMatchObject({ state: 'live', transport: 'on demand', entries: 1 })
  })

  test('is trusted for as long as the policy says, asked once while it is away, and refused from then on', async () => {
    const { browser, wire, verifier } = await follow({ feed: 'on demand', onFeedLoss: 'refuse' })
    const { accessToken } = await browser().register()
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    wire.cut()
    sleepFor(10_000)
    for (let each = 0; each < 20; each++) expect(await codeOf(verifier, accessToken)).toBe('ok')
    expect(wire.asked(feedPath)).toBe(2)
    sleepFor(6_000)
    expect(await codeOf(verifier, accessToken)).toBe('revocation_unknown')
    wire.mend()
    sleepFor(1_000)
    expect(await codeOf(verifier, accessToken)).toBe('ok')
  })

  test('reads on until it has caught up', async () => {
    const { latchkey, browser, verifier } = await follow({ feed: 'on demand' })
    const { db, revocations } = latchkey.services
    const many = Array.from({ length: 2500 }, (_, index) => ({ kind: 'user' as const, subject: `${index}` }))
    await db.transaction((tx) => revocations.append(tx, many))
    const tab = browser()
    const { accessToken } = await tab.register()
    await tab.post('/logout')
    expect(await codeOf(verifier, accessToken)).toBe('revoked')
    expect(verifier.status().feed).toMatchObject({ entries: 2501, cursor: 2501 })
  })
})

describe('a feed that is lost', () => {
  // Time is moved, not waited for: the feed counts as silent by whichever clock says so.
  async function lose(options: Partial<VerifierOptions>) {
    const { browser, wire, verifier, latchkey } = await follow(options)
    const tab = browser()
    const { accessToken } = await tab.register()
    expect(await verifier.verify(accessToken)).toMatchObject({ ok: true, revocationChecked: true })
    wire.cut()
    await expect.poll(() => verifier.status().feed?.error).not.toBeNull()
    return { tab, accessToken, wire, verifier, latchkey }
  }

  test('is trusted for as long as the policy says, and refused from then on', async () => {
    const { accessToken, wire, verifier } = await lose({ onFeedLoss: 'refuse', maxFeedSilence: 10 })
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    sleepFor(9_000)
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    sleepFor(11_000)
    expect(verifier.status().feed?.state).toBe('lost')
    // While tries fail nobody waits for the next one.
    for (let each = 0; each < 200; each++)
      expect(await codeOf(verifier, accessToken)).toBe('revocation_unknown')
    wire.mend()
    await eventually(verifier, accessToken).toBe('ok')
  })

  test('is accepted with a flag where that is the policy', async () => {
    const { accessToken, verifier } = await lose({ onFeedLoss: 'accept', maxFeedSilence: 10 })
    sleepFor(11_000)
    expect(await verifier.verify(accessToken)).toMatchObject({ ok: true, revocationChecked: false })
  })

  test('after a sleep of the machine the first token waits until the log is known again', async () => {
    const { browser, wire, verifier } = await follow({ maxFeedSilence: 10 })
    const tab = browser()
    const { accessToken } = await tab.register()
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    // Asleep: nothing arrives, and the connection does not know that it is dead.
    wire.onEvent(() => [])
    await tab.post('/logout')
    sleepFor(60_000)
    wire.onEvent((event) => [event])
    expect(await codeOf(verifier, accessToken)).toBe('revoked')
  })

  test('and a crowd that comes after the sleep waits for one connection', async () => {
    const { browser, wire, verifier } = await follow({ maxFeedSilence: 10 })
    const { accessToken } = await browser().register()
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    const before = wire.asked(feedPath)
    wire.onEvent(async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return [event]
    })
    sleepFor(60_000)
    const crowd: Promise<string>[] = []
    for (let each = 0; each < 20; each++) {
      crowd.push(codeOf(verifier, accessToken))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(new Set(await Promise.all(crowd))).toEqual(new Set(['ok']))
    expect(wire.asked(feedPath)).toBe(before + 1)
  })

  test('pages that were held up on the way are as old as they are', async () => {
    const { browser, wire, verifier } = await follow({ onFeedLoss: 'refuse', maxFeedSilence: 10 })
    const [kept, gone] = [browser(), browser()]
    const { accessToken } = await kept.register('kept@example.com')
    await gone.register('gone@example.com')
    expect(await codeOf(verifier, accessToken)).toBe('ok')
    // Events that arrive from now on carry this moment as their time.
    const said = new Date().toISOString()
    wire.onEvent((event) => [event.replace(/"at":"[^"]+"}\n\n$/, `"at":"${said}"}\n\n`)])
    sleepFor(11_000)
    await gone.post('/logout')
    await expect.poll(() => verifier.status().feed?.cursor).toBe(1)
    expect(verifier.status().feed?.state).toBe('lost')
  })

  const bad: Record<string, (event: string) => string> = {
    'no JSON': () => 'data: <html>\n\n',
    'another kind of document': () => 'data: {"keys":[]}\n\n',
    'an unknown kind of revocation': (event) => event.replace('"session"', '"planet"'),
    'a hash that is none': (event) => event.replace(/"hash":"[^"]+"/, '"hash":"AAAA"'),
    'a hash with stray bits': (event) => event.replace(/"hash":"[^"]+"/, `"hash":"${'A'.repeat(21)}B"`),
    'a time that is none': (event) => event.replace(/"until":"[^"]+"/, '"until":"soon"'),
    'the same member twice': (event) => event.replace('{"log"', '{"cursor":9,"log"'),
    'an event without end': () => `data: ${'x'.repeat(1 << 21)}`,
  }
  for (const [name, spoil] of Object.entries(bad)) {
    test(`${name} is an error of the feed, never a pass`, async () => {
      const { browser, wire, verifier } = await follow({ onFeedLoss: 'refuse' })
      const tab = browser()
      const { accessToken } = await tab.register()
      await tab.post('/logout')
      wire.onEvent((event) => [event.startsWith('retry') ? event : spoil(event)])
      expect(await codeOf(verifier, accessToken)).toBe('revocation_unknown')
      expect(verifier.status().feed).toMatchObject({ state: 'lost', error: expect.any(Error) as Error })
      wire.onEvent((event) => [event])
      await eventually(verifier, accessToken).toBe('revoked')
    })
  }
})

/** The wall clock goes on, the steady one does not: as while a machine sleeps. */
function sleepFor(milliseconds: number): void {
  const start = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => start + milliseconds)
  onTestFinished(() => void vi.restoreAllMocks())
}
