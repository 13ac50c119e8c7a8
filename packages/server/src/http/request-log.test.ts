import { SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { createLog, createLogFor } from '../core/log/log.ts'

type Line = Record<string, unknown>

function recorded() {
  const lines: Line[] = []
  const log = createLog({ pretty: false, write: (line) => void lines.push(JSON.parse(line) as Line) })
  return { log, requests: () => lines.filter(({ message }) => message === 'request'), lines }
}

test('each request leaves one line: who, from where, what, how it went and how long it took', async () => {
  const { log, requests } = recorded()
  const { browser } = await createTestLatchkey({ outside: { log } })
  const tab = browser()
  const { user, session } = await tab.register()
  await tab.get('/me', { ip: '2001:db8:1:2:3:4:5:6' })
  await tab.send('/nowhere?token=CANARY')
  await tab.send('/livez')
  expect(requests()).toMatchObject([
    {
      method: 'POST',
      route: 'register',
      status: 201,
      network: '192.0.2.1',
      userId: user.id,
      sessionId: session.id,
    },
    {
      method: 'GET',
      route: 'getMe',
      status: 200,
      network: '2001:db8:1:2::/64',
      userId: user.id,
      sessionId: session.id,
    },
    { method: 'GET', route: 'none', status: 404 },
  ])
  for (const line of requests()) {
    expect(line).toMatchObject({
      duration: expect.any(Number) as unknown,
      requestId: expect.stringMatching(/^req_/) as unknown,
    })
    expect(JSON.stringify(line)).not.toContain('CANARY')
  }
})

const levels = ['debug', 'info', 'warn', 'error'] as const

test.each(levels)("an application's own logger is given what is said at %s, without secrets", (level) => {
  const seen: [object, string][] = []
  const take = (fields: object, message: string) => void seen.push([fields, message])
  const log = createLogFor({ debug: fail, info: fail, warn: fail, error: fail, [level]: take })
  const secret = `lkr_${'a'.repeat(72)}`
  log[level](`x ${secret}`, { password: 'CANARY', deep: { field: secret }, error: new Error(secret) })
  expect(seen).toEqual([
    [
      {
        password: '[redacted]',
        deep: { field: 'lkr_[redacted]' },
        error: { name: 'Error', message: 'lkr_[redacted]' },
      },
      'x lkr_[redacted]',
    ],
  ])
})

function fail(): never {
  throw new Error('the logger is broken')
}

test('a logger that throws stops nothing', async () => {
  const log = createLogFor({ debug: fail, info: fail, warn: fail, error: fail })
  const { browser } = await createTestLatchkey({ outside: { log } })
  expect((await browser().register()).user.email).toBe('ada@example.com')
})

test('where an SDK is set up, requests, statements, hashes and mails are spans without values', async () => {
  const spans: { name: string; attributes: Line; failed: boolean }[] = []
  // The smallest tracer that an SDK could register.
  const tracer: Tracer = {
    startSpan: () => trace.getTracer('none').startSpan('none'),
    startActiveSpan(name: string, ...rest: unknown[]) {
      const [options, work] = rest as [{ attributes?: Line }, (span: Span) => unknown]
      const record = { name, attributes: { ...options.attributes }, failed: false }
      spans.push(record)
      const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 })
      span.setAttribute = (key, value) => ((record.attributes[key] = value), span)
      span.setAttributes = (more) => (Object.assign(record.attributes, more), span)
      span.setStatus = ({ code }) => ((record.failed = code === SpanStatusCode.ERROR), span)
      return work(span) as never
    },
  }
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  onTestFinished(() => trace.disable())
  const { browser, mailbox } = await createTestLatchkey({})
  await browser().register()
  await mailbox('ada@example.com')
  const names = spans.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'POST register',
      'hash password',
      'send mail',
      'INSERT outbox',
      'INSERT user_account',
    ]),
  )
  expect(spans.find(({ name }) => name === 'POST register')?.attributes).toMatchObject({
    'http.route': 'register',
    'http.response.status_code': 201,
  })
  expect(JSON.stringify(spans)).not.toMatch(/ada@example|token=/)
})
