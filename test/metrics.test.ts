import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTestLatchkey, stores } from './support/test-latchkey.ts'
import { must } from '#test/support/must.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const token = 'a-token-for-metrics-9vKq2Lw8Zt4xBn7cRy'

/** Every name that the program shows, with those that a histogram is made of. */
const namesIn = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^# TYPE (\S+) (\w+)/gm)].flatMap(([, name, kind]) => [
      must(name),
      ...(kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : []),
    ]),
  )
const mentioned = (text: string): string[] => [
  ...new Set([...text.matchAll(/\b(?:latchkey|nodejs|process)_[a-z0-9_]+\b/g)].map(([name]) => name)),
]

describe.each(stores)('figures on %s', (store) => {
  test('each event that an operator asks about has its figure', async () => {
    const { browser, latchkey, clock } = await createTestLatchkey({
      store,
      metricsToken: token,
      logLevel: 'silent',
    })
    const tab = browser()
    await tab.register()
    const first = tab.cookieHeader()
    await tab.refresh()
    clock.advance(60_000)
    await tab.refresh()
    clock.advance(60_000)
    await browser().send('/api/auth/refresh', { method: 'POST', headers: { cookie: first } })
    const { body: text } = await browser().send<string>('/metrics', {
      headers: { authorization: `Bearer ${token}` },
    })
    for (const line of [
      /^latchkey_http_requests_total\{route="register",status="201"\} 1$/m,
      /^latchkey_http_request_duration_seconds_bucket\{le="\+Inf",route="register"\} 1$/m,
      /^latchkey_refreshes_total\{outcome="rotated"\} 2$/m,
      /^latchkey_refreshes_total\{outcome="reuse"\} 1$/m,
      /^latchkey_refreshes_total\{outcome="fast_forward"\} 0$/m,
      /^latchkey_sign_outs_total\{code="refresh_token_reused"\} 1$/m,
      /^latchkey_database_errors_total\{kind="unavailable"\} 0$/m,
      /^latchkey_database_seconds_count\{kind="transaction"\} [1-9]/m,
      /^latchkey_outbox_oldest_seconds \d+$/m,
      /^latchkey_signing_key_age_seconds (?:1[2-9]\d)(?:\.\d+)?$/m,
      /^latchkey_revocation_followers 0$/m,
      /^latchkey_clock_offset_seconds -?\d/m,
      /^latchkey_info\{version="\d+\.\d+\.\d+"\} 1$/m,
      /^nodejs_eventloop_lag_p99_seconds \d/m,
      /^process_resident_memory_bytes \d/m,
      ...(store === 'postgres' ? [/^latchkey_database_pool_most\{name="\w+"\} \d/m] : []),
    ])
      expect(text).toMatch(line)
    expect(text).not.toContain('ada@example.com')
    expect(latchkey.config.metricsToken).toBe(token)
  })

  test('what the alert rules, the dashboard and the guides name is there', async () => {
    const { latchkey } = await createTestLatchkey({ store })
    const names = namesIn(await latchkey.http.metrics())
    const runbooks = readdirSync(join(root, 'docs/runbooks')).map((file) => `docs/runbooks/${file}`)
    for (const file of [
      'deploy/alerts.yml',
      'deploy/grafana-dashboard.json',
      'docs/operation.md',
      ...runbooks,
    ])
      expect(
        mentioned(read(file)).filter((name) => !names.has(name) && name !== 'latchkey_migration'),
        file,
      ).toEqual([])
  })
})

test('each alert names a runbook that exists, and the guide to operation lists every runbook', () => {
  const rules = read('deploy/alerts.yml').split('- alert: ').slice(1)
  expect(rules.filter((rule) => !/runbook: \S/.test(rule))).toEqual([])
  const named = rules.flatMap((rule) => [...rule.matchAll(/runbook: (\S+)/g)].map(([, path]) => must(path)))
  expect(named.length).toBeGreaterThan(10)
  const guide = read('docs/operation.md')
  const runbooks = readdirSync(join(root, 'docs/runbooks'))
  expect(runbooks.filter((file) => !guide.includes(`](runbooks/${file})`))).toEqual([])
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
