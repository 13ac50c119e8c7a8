import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { firstOf, must } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'

const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
})

afterAll(() => {
  for (const api of [context, propagation, trace]) api.disable()
})

beforeEach(() => exporter.reset())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const caller = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }

const named = (name: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name)

/** The names from a span up to the first of its trace. */
function lineOf(span: ReadableSpan): string[] {
  const parent = exporter
    .getFinishedSpans()
    .find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId)
  return [span.name, ...(parent ? lineOf(parent) : [])]
}

describe.each(stores)('with an SDK of OpenTelemetry, on %s', (store) => {
  test('a request is a span of the trace that its caller began, and what it does stands below it', async () => {
    const { browser } = await createTestLatchkey({ store })
    const tab = browser()
    const body = { email: 'ada@example.com', password: 'correct horse battery' }
    await tab.post('/register', body, { headers: caller })
    await tab.send('/api/auth/refresh', { method: 'POST', headers: caller })
    for (const [name, below] of [
      ['POST register', ['hash password', 'transaction', 'INSERT session']],
      ['POST refresh', ['UPDATE session']],
    ] as const) {
      const [span] = named(name)
      expect(must(span).spanContext().traceId).toBe(traceId)
      expect(must(span).parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331', isRemote: true })
      const lines = exporter
        .getFinishedSpans()
        .map(lineOf)
        .filter((line) => line.at(-1) === name)
      for (const each of below)
        expect([name, lines.map(([first]) => first)]).toEqual([name, expect.arrayContaining([each])])
    }
  })

  test('a span that the application has begun is its parent, whatever the headers say', async () => {
    const { browser } = await createTestLatchkey({ store })
    await trace.getTracer('application').startActiveSpan('outer', async (outer) => {
      await browser().get('/session', { headers: caller })
      outer.end()
    })
    const [span] = named('GET getSession')
    expect(must(span).parentSpanContext?.spanId).toBe(firstOf(named('outer')).spanContext().spanId)
  })

  test('spans say what is done, and nothing of whom or with what', async () => {
    const { browser, latchkey } = await createTestLatchkey({ store, logLevel: 'silent' })
    const tab = browser({ 'user-agent': 'Agent-of-Ada/1.0' })
    const { user, session, accessToken } = await tab.register('ada@example.com')
    await tab.login('ada@example.com', 'wrong but secret')
    await tab.refresh()
    await tab.send('/sign-in?return_to=%2Fprivate-place')
    await tab.send(`/api/admin/users/${user.id}`)
    await tab.post('/reset-password', { token: 'token-that-is-none', newPassword: 'another secret word' })
    await latchkey.services.outbox.drain()
    await latchkey.close()
    expect((await tab.get('/me')).status).toBe(503)
    const spans = exporter.getFinishedSpans()
    expect(spans.length).toBeGreaterThan(20)
    expect(spans.some(({ attributes }) => attributes['error.type'] === 'DatabaseUnavailable')).toBe(true)
    const said = JSON.stringify(
      spans.map(({ name, attributes, events, status, links }) => [name, attributes, events, status, links]),
    )
    const values = [user.id, session.id, accessToken, ...tab.cookies.values()].filter(
      (each) => each.length > 8,
    )
    const secrets = [
      'ada@',
      'example.com',
      'battery',
      'secret',
      'Agent-of',
      '192.0.2',
      'private-place',
      'is-none',
    ]
    for (const each of [...values, ...secrets]) expect(said).not.toContain(each)
    const keys = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)))
    expect([...keys].toSorted()).toEqual([
      'db.system.name',
      'error.type',
      'http.request.method',
      'http.response.status_code',
      'http.route',
    ])
  })
})
