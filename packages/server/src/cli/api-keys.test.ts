import type { CreatedApiKey } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { expectSentence, migrated, parsed, runLatchkey } from '#test/support/run-latchkey.ts'

test('service accounts are created, listed, disabled and enabled', async () => {
  const { env } = await migrated()
  const run = (...words: string[]) => runLatchkey(['service-accounts', ...words], { env })
  const created = await run('create', 'builder', '--role', 'admin', '--description', 'Builds.', '--json')
  expect(parsed(created)).toMatchObject({
    serviceAccount: { name: 'builder', description: 'Builds.', roles: ['admin'], disabledAt: null },
  })
  for (const words of [
    ['create', 'builder'],
    ['create', 'other', '--role', 'ghost'],
    ['disable', 'nobody'],
  ]) {
    const refused = await run(...words)
    expect(refused.code).toBe(1)
    expectSentence(refused)
  }
  expect(await run('create', ' ')).toMatchObject({ code: 2 })
  expect((await run('disable', 'builder')).stdout).toBe('builder is disabled.\n')
  expect((await run('list')).stdout).toMatch(/builder +admin +disabled/)
  expect(parsed(await run('disable', 'builder', '--undo', '--json'))).toMatchObject({
    serviceAccount: { disabledAt: null },
  })
})

test('after a restore the keys of before are counted, and revoked when that is asked for', async () => {
  const { env } = await migrated()
  const run = (...words: string[]) => runLatchkey(words, { env })
  const revokeBefore = (...words: string[]) =>
    run('sessions', 'revoke-before', '--before', '2099-01-01T00:00:00Z', ...words)
  await run('service-accounts', 'create', 'builder')
  const owner = ['--service-account', 'builder']
  await run('api-keys', 'create', ...owner, '--name', 'deploy')
  const { stdout } = await revokeBefore()
  expect(stdout).toContain('0 sessions from before 2099-01-01T00:00:00.000Z ended.')
  expect(stdout).toContain('1 API key from before it left alive: --api-keys revokes them.')
  expect(parsed(await revokeBefore('--json'))).toMatchObject({ ended: 0, liveApiKeys: 1 })
  expect(parsed(await revokeBefore('--api-keys', '--json'))).toMatchObject({ ended: 0, endedApiKeys: 1 })
  expect((await run('api-keys', 'list', ...owner)).stdout).toMatch(/deploy .* revoked/)
  expect((await revokeBefore('--api-keys')).stdout).toContain('0 API keys from before it revoked.')
  expect((await revokeBefore()).stdout).not.toContain('API key')
})

test('API keys are created, listed without the secret, and revoked', async () => {
  const { env } = await migrated()
  const run = (...words: string[]) => runLatchkey(['api-keys', ...words], { env })
  await runLatchkey(['service-accounts', 'create', 'builder'], { env })
  const owner = ['--service-account', 'builder']
  const create = ['create', ...owner, '--name', 'deploy', '--scope', 'introspect', '--scope', 'b']
  const { apiKey, key } = parsed<CreatedApiKey>(
    await run(...create, '--expires-in', '30d', '--requests-per-minute', '60', '--json'),
  )
  expect(apiKey).toMatchObject({ name: 'deploy', scopes: ['introspect', 'b'], requestsPerMinute: 60 })
  expect(Date.parse(must(apiKey.expiresAt)) - Date.parse(apiKey.createdAt)).toBe(30 * 86_400_000)
  expect((await run('create', ...owner, '--name', 'plain', '--expires-in', 'never')).stdout).toMatch(
    /^lkk_[0-9A-Za-z]{37}\n$/,
  )
  const listed = await run('list', ...owner)
  expect(listed.stdout).toMatch(/plain[^]*deploy/)
  expect(listed.stdout).not.toContain(key)
  expect(await run('revoke', apiKey.id)).toMatchObject({ code: 0, stdout: `${apiKey.id} is revoked.\n` })
  expect((await run('list', ...owner)).stdout).toMatch(/deploy .* revoked/)
  for (const words of [
    ['revoke', apiKey.id],
    ['revoke', '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'],
    ['list', '--user', 'nobody@example.com'],
  ])
    expect(await run(...words)).toMatchObject({ code: 1, stdout: '' })
  for (const words of [
    ['revoke', key],
    ['list'],
    ['list', ...owner, '--user', 'ada@example.com'],
    ['create', ...owner],
    ['create', ...owner, '--name', 'x', '--expires-in', '30'],
    ['create', ...owner, '--name', 'x', '--scope', 'a b'],
    ['create', ...owner, '--name', 'x', '--requests-per-minute', 'many'],
  ]) {
    const wrong = await run(...words)
    expect([wrong.code, wrong.stdout]).toEqual([2, ''])
    expect(wrong.stderr).not.toContain(key)
    if (words.includes('many')) expect(wrong.stderr).toBe('--requests-per-minute must be a number.\n')
  }
})
