import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { VerifierOptions, VerifierStatus } from '@latchkey/verify'
import { expect, onTestFinished, test } from 'vitest'
import { firstOf, must, textOf } from '#test/support/must.ts'
import { type Balancer, openBalancer } from '#test/support/balancer.ts'
import { runLatchkey } from '#test/support/run-latchkey.ts'
import {
  createInstallation,
  send,
  type ServerProcess,
  signUp,
  startServer,
} from '#test/support/server-process.ts'

/** Two servers on one PostgreSQL behind one address, and three services that verify by themselves; all processes. */
interface Fixtures {
  env: Record<string, string>
  front: Balancer
  servers: ServerProcess[]
  services: Service[]
}

interface Service {
  verify(token: string): Promise<string>
  /** When it first refused the token, in milliseconds since the epoch. */
  untilRefused(token: string): Promise<{ code: string; at: number }>
  status(): Promise<VerifierStatus>
}

const password = 'correct horse battery'
const settings = { AUDIENCE: 'api', LIMIT_SCALE: '10000' }

async function openFixtures(options: Partial<VerifierOptions> = {}): Promise<Fixtures> {
  const front = await openBalancer()
  const env = await createInstallation('postgres', { ...settings, PUBLIC_URL: front.url })
  const servers = [await startServer(env), await startServer(env)]
  front.passTo(servers.map(({ url }) => url))
  const services = await Promise.all(
    [1, 2, 3].map(() => startService({ issuer: front.url, audience: 'api', ...options })),
  )
  return { env, front, servers, services }
}

async function startService(options: VerifierOptions): Promise<Service> {
  const child = fork(join(import.meta.dirname, 'verifying/service.ts'), {
    execArgv: ['--conditions=development'],
    env: { PATH: process.env.PATH ?? '', VERIFIER: JSON.stringify(options) },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const port = await new Promise((resolve) => child.once('message', resolve))
  const post = async (path: string, body = '') =>
    (await (
      await fetch(`http://localhost:${String(port)}${path}`, { method: 'POST', body })
    ).json()) as object
  return {
    verify: async (token) => ((await post('/verify', token)) as { code: string }).code,
    untilRefused: async (token) => (await post('/until-refused', token)) as { code: string; at: number },
    status: async () => (await post('/status')) as VerifierStatus,
  }
}

const everywhere = async (services: Service[], token: string): Promise<string[]> => [
  ...new Set(await Promise.all(services.map((service) => service.verify(token)))),
]

test(
  'log-out, disabling, role change and key retirement are refused by every service',
  { timeout: 240_000 },
  async () => {
    const { env, servers, services } = await openFixtures()
    const root = await signInAsAdministrator(env, firstOf(servers).url)
    const admin = (path: string, body?: unknown, method?: string) =>
      send(must(servers[1]).url, `/api/admin${path}`, {
        body,
        ...(method && { method }),
        headers: bearer(root),
      })
    let people = 0
    const ways: Record<string, [rounds: number, revoke: (user: string, token: string) => Promise<unknown>]> =
      {
        'log-out': [
          12,
          (_, token) => send(firstOf(servers).url, '/api/auth/logout', { body: {}, headers: bearer(token) }),
        ],
        disabling: [12, (user) => admin(`/users/${user}/disable`, {})],
        'role change': [12, (user) => admin(`/users/${user}/roles`, { roles: ['admin'] }, 'PUT')],
        'key retirement': [3, (_, token) => runLatchkey(['keys', 'retire', kidOf(token)], { env })],
      }
    const lines: string[] = []
    for (const [name, [rounds, revoke]] of Object.entries(ways)) {
      const delays: number[] = []
      for (let round = 0; round < rounds; round++) {
        const { accessToken, user } = await signUp(
          must(servers[round % 2]).url,
          `user${people++}@example.com`,
          password,
        )
        expect(await everywhere(services, accessToken)).toEqual(['ok'])
        const refused = services.map((service) => service.untilRefused(accessToken))
        const answer = (await revoke(user.id, accessToken)) as { status?: number; code?: number }
        const at = Date.now()
        expect([answer.status ?? answer.code], JSON.stringify(answer)).toEqual([
          expect.toBeOneOf([0, 200, 204]),
        ])
        for (const { code, at: refusedAt } of await Promise.all(refused)) {
          expect(code).toBeOneOf(name === 'key retirement' ? ['revoked', 'unknown_key'] : ['revoked'])
          delays.push(refusedAt - at)
        }
      }
      lines.push(distribution(name, delays))
    }
    process.stdout.write(
      `from the server’s answer until a service refuses, in milliseconds:\n${lines.join('\n')}\n`,
    )
  },
)

test(
  'a feed that is cut, slowed and resumed accepts nobody who was revoked for longer than the policy says',
  { timeout: 120_000 },
  async () => {
    const { front, servers, services } = await openFixtures({ onFeedLoss: 'refuse', maxFeedSilence: 10 })
    const [gone, kept, late] = await Promise.all(
      ['gone', 'kept', 'late'].map((name) => signUp(firstOf(servers).url, `${name}@example.com`, password)),
    )
    const logOut = (token: string) =>
      send(must(servers[1]).url, '/api/auth/logout', { body: {}, headers: bearer(token) })
    for (const { accessToken } of [must(gone), must(kept), must(late)])
      expect(await everywhere(services, accessToken)).toEqual(['ok'])
    front.cut()
    await logOut(must(gone).accessToken)
    // Within ten seconds the policy takes hold; from then on neither passes.
    const refused = await Promise.all(services.map((service) => service.untilRefused(must(gone).accessToken)))
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['revocation_unknown']))
    expect(await everywhere(services, must(kept).accessToken)).toEqual(['revocation_unknown'])
    front.slow(300)
    front.mend()
    await expect.poll(() => everywhere(services, must(kept).accessToken), { timeout: 30_000 }).toEqual(['ok'])
    expect(await everywhere(services, must(gone).accessToken)).toEqual(['revoked'])
    await logOut(must(late).accessToken)
    await expect
      .poll(() => everywhere(services, must(late).accessToken), { timeout: 10_000 })
      .toEqual(['revoked'])
    expect(await everywhere(services, must(kept).accessToken)).toEqual(['ok'])
  },
)

test(
  'servers that are killed and started again take nobody’s token, and what they revoke is heard',
  { timeout: 120_000 },
  async () => {
    const { env, front, servers, services } = await openFixtures()
    const [gone, kept] = await Promise.all(
      ['gone', 'kept'].map((name) => signUp(firstOf(servers).url, `${name}@example.com`, password)),
    )
    expect(await everywhere(services, must(gone).accessToken)).toEqual(['ok'])
    await Promise.all(servers.map((server) => server.kill()))
    expect(await everywhere(services, must(kept).accessToken)).toEqual(['ok'])
    const again = await startServer(env)
    front.passTo([again.url])
    await send(again.url, '/api/auth/logout', { body: {}, headers: bearer(must(gone).accessToken) })
    await expect
      .poll(() => everywhere(services, must(gone).accessToken), { timeout: 20_000 })
      .toEqual(['revoked'])
    expect(await everywhere(services, must(kept).accessToken)).toEqual(['ok'])
  },
)

test('ten rotations of the keys under load: no token is refused', { timeout: 120_000 }, async () => {
  const { env, servers, services } = await openFixtures()
  const people = await Promise.all(
    Array.from({ length: 8 }, (_, each) =>
      signUp(must(servers[each % 2]).url, `user${each}@example.com`, password),
    ),
  )
  const rotations = { areOver: false }
  const verdicts = new Map<string, number>()
  const load = people.map(async (person, each) => {
    let { refreshToken } = person
    while (!rotations.areOver) {
      const { body } = await send(must(servers[each % 2]).url, '/api/auth/refresh', {
        body: { refreshToken },
      })
      refreshToken = textOf(body.refreshToken)
      for (const service of services) {
        const code = await service.verify(textOf(body.accessToken))
        verdicts.set(code, (verdicts.get(code) ?? 0) + 1)
      }
    }
  })
  const kids = new Set<string>()
  for (let round = 0; round < 10; round++) {
    const { code, stdout } = await runLatchkey(['keys', 'rotate', '--json'], { env })
    expect(code, stdout).toBe(0)
    kids.add(stdout)
  }
  rotations.areOver = true
  await Promise.all(load)
  expect([...verdicts.keys()]).toEqual(['ok'])
  expect(kids.size).toBe(10)
  process.stdout.write(`${verdicts.get('ok')} verdicts during ten rotations, none of them a refusal\n`)
})

async function signInAsAdministrator(env: Record<string, string>, url: string): Promise<string> {
  const email = 'root@example.com'
  const created = await runLatchkey(['users', 'create', '--email', email, '--admin'], {
    env,
    input: password,
  })
  expect(created.code, created.stderr).toBe(0)
  const { body } = await send(url, '/api/auth/login', { body: { email, password, tokenDelivery: 'body' } })
  return textOf(body.accessToken)
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const kidOf = (token: string): string =>
  (JSON.parse(Buffer.from(firstOf(token.split('.')), 'base64url').toString()) as { kid: string }).kid

function distribution(name: string, delays: number[]): string {
  const sorted = delays.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return `  ${name.padEnd(16)} n ${sorted.length}  least ${at(0)}  p50 ${at(0.5)}  p90 ${at(0.9)}  most ${sorted.at(-1)}`
}
