import { create } from 'axios'
import { expect, onTestFinished, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { createDevice, type Device } from '#test/support/device.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { createTestLatchkey, type TestLatchkey, type TestOptions } from '#test/support/test-latchkey.ts'
import { listen } from '#test/support/listen.ts'
import { attachAxios } from './axios.ts'
import { dpop, type DpopOptions, webCryptoKey } from './dpop.ts'
import {
  account,
  type AuthClientOptions,
  createAuthClient,
  memoryStorage,
  password,
  secondFactor,
} from './index.ts'

const email = 'ada@example.com'
const secret = 'seven quiet otters swim'
const minutes = 60_000
const refreshPath = '/api/auth/refresh'

const claimsIn = (token: string | null) =>
  JSON.parse(Buffer.from(must(must(token).split('.')[1]), 'base64url').toString()) as {
    cnf?: { jkt: string }
  }

const newKey = async () =>
  webCryptoKey(await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']))

async function open(settings: TestOptions = {}): Promise<TestLatchkey & { device: Device }> {
  const instance = await createTestLatchkey({ limitScale: 1000, ...settings })
  return { ...instance, device: createDevice(instance.latchkey) }
}

function clientOf(device: Device, options: AuthClientOptions<[], never> = {}, key: DpopOptions = {}) {
  const auth = createAuthClient({
    baseURL: `${device.origin}/api/auth`,
    methods: [password(), secondFactor(), account()],
    fetch: (input, init) => device.fetch(input, init),
    bind: dpop(key),
    ...(options as object),
  })
  onTestFinished(() => auth.dispose())
  return auth
}

async function signedIn(settings: TestOptions = {}, options: AuthClientOptions<[], never> = {}) {
  const scene = await open(settings)
  const key = await newKey()
  const make = () => clientOf(scene.device, options, { key: async () => key })
  const auth = make()
  expect((await auth.password.register({ email, password: secret })).error).toBeNull()
  scene.device.sent.length = 0
  return { ...scene, auth, make }
}

test('registering binds the session, and the first nonce costs one more request', async () => {
  const { device } = await open()
  const auth = clientOf(device)
  await auth.password.register({ email, password: secret })
  expect(device.sent.map(({ path, status }) => [path, status])).toEqual([
    ['/api/auth/register', 401],
    ['/api/auth/register', 201],
  ])
  expect(auth.state.get()).toMatchObject({ status: 'signed-in', session: { binding: 'dpop' } })
  expect(claimsIn(await auth.getAccessToken())).toHaveProperty('cnf.jkt')
})

test('requests carry the token with a proof for it, a new one each time', async () => {
  const { auth, device } = await signedIn()
  for (let round = 0; round < 3; round++) {
    const answer = await auth.fetch(`${device.origin}/api/auth/me`)
    expect(await answer.json()).toMatchObject({ email })
  }
  const proofs = device.sent.map(({ headers }) => headers.get('dpop'))
  expect(new Set(proofs).size).toBe(3)
  expect(
    device.sent.map(({ headers, status }) => [headers.get('authorization')?.slice(0, 7), status]),
  ).toEqual(Array.from({ length: 3 }, () => ['DPoP ey', 200]))
})

test('Request objects go out with a proof as well, and with their body on the second try', async () => {
  const { auth, device, clock } = await signedIn()
  await auth.getAccessToken()
  // Two lives of a nonce, and less than one of the token: the client's clock does not move.
  clock.advance(31 * minutes)
  device.sent.length = 0
  const body = JSON.stringify({ name: 'Ada' })
  const request = new Request(`${device.origin}/api/auth/me`, {
    method: 'PATCH',
    body,
    headers: { 'content-type': 'application/json' },
  })
  expect((await auth.fetch(request)).status).toBe(200)
  const updates = device.sent.filter(({ path }) => path === '/api/auth/me')
  expect(updates.map(({ status }) => status)).toEqual([401, 401, 200])
  expect(updates.every((update) => update.body === body)).toBe(true)
})

test('refreshes with its key, in cookie and storage', async () => {
  for (const options of [{}, { transport: { refreshToken: memoryStorage() } }]) {
    const { auth, clock } = await signedIn({}, options)
    for (let round = 0; round < 3; round++) {
      clock.advance(20 * minutes)
      expect(claimsIn(await auth.getAccessToken({ force: true }))).toHaveProperty('cnf.jkt')
    }
    expect(auth.state.get().status).toBe('signed-in')
  }
})

test('a start with the same key goes on, one with another is signed out and told so', async () => {
  const { make, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  expect((await make().ready()).status).toBe('signed-in')
  const stranger = clientOf(device)
  expect((await stranger.ready()).status).toBe('signed-out')
  expect((await make().ready()).status).toBe('signed-in')
})

test('a lost answer is asked for again with the same attempt and a new proof (rule 2)', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(20 * minutes)
  device.weather(refreshPath, 'lost', 'lost', 'fair')
  for (let round = 0; round < 2; round++) {
    await expect(auth.getAccessToken({ force: true })).rejects.toMatchObject({ code: 'offline' })
    clock.advance(5 * minutes)
  }
  expect(await auth.getAccessToken({ force: true })).toMatch(/^ey/)
  const tries = device.sent.filter(({ path }) => path === refreshPath)
  expect(new Set(tries.map(({ headers }) => headers.get('refresh-attempt'))).size).toBe(1)
  expect(new Set(tries.map(({ headers }) => headers.get('dpop'))).size).toBe(tries.length)
})

test('a nonce that has changed costs one more try, and never a third', async () => {
  const { auth, device } = await signedIn()
  const refusal = () =>
    new Response('{}', {
      status: 401,
      headers: { 'dpop-nonce': 'another', 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
    })
  device.weather('/api/auth/session', refusal)
  const answer = await auth.fetch(`${device.origin}/api/auth/session`)
  expect(answer.status).toBe(401)
  // Twice with the first token; then the refresh that every 401 asks for, and twice more.
  expect(device.count('/api/auth/session')).toBe(4)
  expect(device.count(refreshPath)).toBeLessThanOrEqual(2)
})

test('a stream is not sent twice', async () => {
  const { auth, device, clock } = await signedIn()
  clock.advance(31 * minutes)
  device.sent.length = 0
  const body = new Blob([JSON.stringify({ name: 'Ada' })]).stream()
  const init = { method: 'PATCH', body, duplex: 'half', headers: { 'content-type': 'application/json' } }
  const answer = await auth.fetch(`${device.origin}/api/auth/me`, init)
  expect([answer.status, device.count('/api/auth/me')]).toEqual([401, 1])
})

test('steps up and logs out with its key; a second factor is proven by it', async () => {
  const { auth, device } = await signedIn({ methods: [hotp] })
  expect(await auth.password.stepUp({ password: secret })).toMatchObject({ error: null })
  expect(claimsIn(await auth.getAccessToken())).toHaveProperty('cnf.jkt')
  const enrolled = await textsOf(
    await auth.fetch(`${device.origin}/api/auth/hotp`, { method: 'POST' }),
    'secret',
  )
  await auth.logout()
  expect([...device.cookies.keys()].toSorted()).toEqual(['latchkey-device', 'latchkey-last-method'])
  const step = await auth.password.login({ email, password: secret })
  if (step.data?.next !== 'second_factor') throw new Error('no second factor was asked for')
  const code = hotpCode(Buffer.from(enrolled.secret, 'hex'), 0)
  const done = await auth.secondFactor.verify({ ticket: step.data.ticket, factor: 'hotp', code })
  expect(done.data).toMatchObject({ next: 'done' })
  expect(auth.state.get()).toMatchObject({ session: { binding: 'dpop' } })
})

test('a session of before goes on, and its access tokens are bound from the next refresh', async () => {
  const { device } = await open()
  const before = createAuthClient({
    baseURL: `${device.origin}/api/auth`,
    methods: [password()],
    fetch: device.fetch,
  })
  onTestFinished(() => before.dispose())
  await before.password.register({ email, password: secret })
  const auth = clientOf(device)
  expect(await auth.ready()).toMatchObject({ status: 'signed-in', session: { binding: null } })
  expect(claimsIn(await auth.getAccessToken())).toHaveProperty('cnf.jkt')
  expect(await before.getAccessToken({ force: true })).toMatch(/^ey/)
})

test('neither proof nor token goes to other origins', async () => {
  const { auth, device } = await signedIn()
  const seen: Headers[] = []
  const bind = dpop({ key: async () => await newKey() })
  const send = bind.wrap(async (_, init) => {
    seen.push(new Headers(init?.headers))
    return new Response()
  }, 'https://auth.example.com/api/auth')
  await send('https://elsewhere.example/notes')
  await send('https://auth.example.com/api/authority')
  await send('https://elsewhere.example/notes', { headers: { authorization: 'Basic YTpi' } })
  expect(seen.map((headers) => headers.has('dpop'))).toEqual([false, false, false])
  await auth.fetch('data:,x')
  expect(device.sent.at(-1)?.path).toBe(',x')
  for (const name of ['authorization', 'dpop']) expect(device.sent.at(-1)?.headers.has(name)).toBe(false)
})

test('where the clock is wrong, the server’s counts', async () => {
  const bind = dpop({ key: async () => await newKey() })
  const proofs: string[] = []
  const date = new Date(Date.now() + 3_600_000).toUTCString()
  const send = bind.wrap(async (_, init) => {
    proofs.push(must(new Headers(init?.headers).get('dpop')))
    return new Response('', { headers: { date } })
  }, 'https://auth.example.com/api/auth')
  const iat = (proof: string) =>
    (JSON.parse(Buffer.from(must(proof.split('.')[1]), 'base64url').toString()) as { iat: number }).iat
  await send('https://auth.example.com/api/auth/refresh', { method: 'POST' })
  await send('https://auth.example.com/api/auth/refresh', { method: 'POST' })
  expect(iat(must(proofs[1])) - iat(firstOf(proofs))).toBeGreaterThan(3500)
})

test('a key that could not be had is asked for again', async () => {
  const { device } = await open()
  let tries = 0
  const auth = clientOf(
    device,
    {},
    {
      key: async () => {
        if (tries++ === 0) throw new Error('the key store is locked')
        return await newKey()
      },
    },
  )
  await expect(auth.password.register({ email, password: secret })).resolves.toMatchObject({
    error: { code: 'offline' },
  })
  expect((await auth.password.register({ email, password: secret })).error).toBeNull()
})

/** A service that asks for its own nonces: another one each time, or the first that it gave. */
function nonceService(isContent: (nonce: unknown) => boolean) {
  const proofs: { nonce?: string; htu: string; htm: string }[] = []
  const { origin, close } = listen((request, response) => {
    const [, payload = ''] = String(request.headers.dpop).split('.')
    const proof = JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}') as (typeof proofs)[0]
    proofs.push(proof)
    const headers = { 'dpop-nonce': `nonce-${proofs.length}` }
    if (isContent(proof.nonce)) return void response.writeHead(200, headers).end('{}')
    response.writeHead(401, { ...headers, 'www-authenticate': 'DPoP error="use_dpop_nonce"' }).end('{}')
  })
  onTestFinished(close)
  return { origin, proofs }
}

async function withAxios(origin: string) {
  const { auth } = await signedIn({}, { origins: [origin] })
  const http = create({ baseURL: origin })
  return { auth, http, detach: attachAxios(http, auth) }
}

test('axios shows its token with a proof, learns nonces, and tries once more for one', async () => {
  const { origin, proofs } = nonceService((nonce) => nonce !== undefined)
  const { http } = await withAxios(origin)
  for (let round = 0; round < 2; round++)
    expect((await http.post('/notes', {}, { params: { round } })).status).toBe(200)
  expect(proofs.map(({ nonce, htu, htm }) => [nonce, htu, htm])).toEqual([
    [undefined, `${origin}/notes`, 'POST'],
    ['nonce-1', `${origin}/notes`, 'POST'],
    ['nonce-2', `${origin}/notes`, 'POST'],
  ])
})

test('axios never tries a third time, and shows nothing once it is detached', async () => {
  const { origin, proofs } = nonceService(() => false)
  const { http, detach } = await withAxios(origin)
  await expect(http.get('/notes')).rejects.toMatchObject({ response: { status: 401 } })
  expect(proofs).toHaveLength(2)
  detach()
  await expect(http.get('/notes')).rejects.toMatchObject({ response: { status: 401 } })
  expect(proofs[2]).toEqual({})
})
