import { describe, expect, test } from 'vitest'
import { AuthError } from '../auth-error.ts'
import { createLog, type LogOptions } from './log.ts'

test('one line of JSON for each event, with level, time, fields and message', () => {
  const { log, lines } = record({ now: () => Date.UTC(2026, 10, 21, 9, 49) })
  log.info('session started', { sessionId: 'x', count: 2, nothing: null, absent: undefined })
  expect(lines).toEqual([
    '{"level":"info","time":"2026-11-21T09:49:00.000Z","sessionId":"x","count":2,"nothing":null,"message":"session started"}\n',
  ])
})

test('fields cannot take the place of time, level and message', () => {
  const { log, entries } = record()
  log.warn('real', { message: 'fake', level: 'fake', time: 'fake' })
  expect(entries()).toMatchObject([{ message: 'real', level: 'warn', time: expect.stringMatching(/^20/) }])
})

test.each([
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
  ['silent', []],
] as const)('at level %s these are written: %j', (level, written) => {
  const { log, entries } = record({ level })
  for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]('x')
  expect(entries().map((entry) => entry.level)).toEqual(written)
})

test('a child adds its fields to every line, its own children too, and leaves its parent alone', () => {
  const { log, entries } = record()
  const child = log.child({ requestId: 'a' }).child({ userId: 'b' })
  child.info('x', { userId: 'c', more: 1 })
  log.info('y')
  expect(entries()).toMatchObject([{ requestId: 'a', userId: 'c', more: 1 }, { message: 'y' }])
  expect(entries()[1]).not.toHaveProperty('requestId')
})

describe('errors', () => {
  const cause = Object.assign(new Error('inner'), { code: 'ECONNREFUSED', parameters: ['CANARY'] })
  const error = new AuthError('internal_error', { cause })

  test('keep name, message, code and cause, and nothing else', () => {
    const { log, entries } = record()
    log.error('failed', { error })
    expect(entries()[0]?.['error']).toEqual({
      name: 'AuthError',
      message: error.message,
      code: 'internal_error',
      cause: { name: 'Error', message: 'inner', code: 'ECONNREFUSED' },
    })
  })

  test('show their stacks at level debug only', () => {
    const { log, entries } = record({ level: 'debug' })
    log.error('failed', { error })
    expect(entries()[0]).toMatchObject({ error: { stack: error.stack, cause: { stack: cause.stack } } })
  })
})

describe('nothing that looks like a secret is written', () => {
  const body = 'A9_-z'.repeat(8)
  const jwt = `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.${body}`

  test.each([
    [`lkr_${body}`, 'lkr_[redacted]'],
    [`lks_${body}`, 'lks_[redacted]'],
    [`lkk_${body}`, 'lkk_[redacted]'],
    [`lkr_${body.slice(0, 8)}`, 'lkr_[redacted]'],
    [jwt, '[redacted]'],
    [`${jwt}.${body}.${body}`, '[redacted]'],
    [jwt.slice(0, 24), '[redacted]'],
    ['eyAiYWxnIjogMSB9.eyJzdWIiOiJ4In0.AAAA', '[redacted]'],
    [`Bearer ${jwt}`, 'Bearer [redacted]'],
    [`refresh=lkr_${body}; x=1`, 'refresh=lkr_[redacted]; x=1'],
    ['postgres://user:p%40ss@db.example/x', 'postgres://[redacted]@db.example/x'],
    ['GET /verify-email?token=abc.def&x=1', 'GET /verify-email?token=[redacted]&x=1'],
    ['/x?y=1&code=012345', '/x?y=1&code=[redacted]'],
  ])('%s', (secret, shown) => {
    for (const pretty of [false, true]) {
      const { log, lines } = record({ pretty })
      log.info(secret, { field: secret, deep: { list: [secret] }, error: new Error(secret), [secret]: 1 })
      expect(lines[0]?.split(shown)).toHaveLength(6)
      expect(lines[0]).not.toContain(secret)
      expect(lines[0]).not.toContain(body)
    }
  })

  test.each([
    'password',
    'newPassword',
    'current_password',
    'secret',
    'token',
    'refreshToken',
    'Authorization',
    'cookie',
  ])('a field named %s', (name) => {
    const { log, lines } = record()
    log.info('x', { [name]: 'CANARY', deep: { [name]: ['CANARY'] } })
    expect(lines[0]).not.toContain('CANARY')
  })

  test('what only resembles one stays: ids, host names, ordinary words', () => {
    const { log, lines } = record()
    const plain =
      '0192f3a4-7b1c-7def-8abc-1234567890ab auth.eu-west-1.example.com talk_about_it tokenId code=E1'
    log.info(plain, { tokenId: 'x', codes: 2 })
    expect(lines[0]).toContain(plain)
    expect(lines[0]).toContain('"tokenId":"x","codes":2')
  })
})

test('logging never throws and is bounded, whatever it is given', () => {
  const { log, lines } = record()
  const circular: Record<string, unknown> = {
    big: 1n,
    call: () => 1,
    symbol: Symbol('s'),
    bad: new Date(Number.NaN),
  }
  circular['self'] = circular
  circular['toJSON'] = () => {
    throw new Error('no')
  }
  const error = new Error('x')
  error.cause = error
  log.info('x', {
    circular,
    error,
    bytes: new Uint8Array(9),
    url: new URL('https://a.example/'),
    date: new Date(0),
  })
  log.info('unreadable', {
    get bad() {
      throw new Error('no')
    },
  })
  log.info('long', { text: 'y'.repeat(1_000_000) })
  log.info('many', { many: Array.from({ length: 10_000 }, (_, at) => at) })
  expect(lines).toHaveLength(4)
  expect(lines[0]).toContain('"bytes":"9 bytes","url":"https://a.example/","date":"1970-01-01T00:00:00.000Z"')
  expect(lines.every((line) => line.length < 11_000)).toBe(true)
})

test('a line stays one line, and a terminal executes nothing in it', () => {
  for (const pretty of [false, true]) {
    const { log, lines } = record({ pretty })
    log.info('one\ntwo\r\nthree\x1b[2J\x9b2J\u2028', { field: 'one\ntwo\x1b]0;title\x07\x9b' })
    expect(lines[0]).toMatch(/^[^\p{Cc}\u2028]*\n$/u)
  }
})

test('the pretty form is for people', () => {
  const { log, lines } = record({ pretty: true, now: () => Date.UTC(2026, 10, 21, 9, 49, 7) })
  log.child({ requestId: 'a b' }).warn('slow', { ms: 12 })
  log.info('two\nlines')
  expect(lines).toEqual(['09:49:07 warn  slow requestId="a b" ms=12\n', '09:49:07 info  two lines\n'])
})

function record(options: LogOptions = {}) {
  const lines: string[] = []
  const log = createLog({ write: (line) => void lines.push(line), pretty: false, ...options })
  return { log, lines, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}
