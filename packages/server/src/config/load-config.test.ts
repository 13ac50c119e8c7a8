import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hours, minutes } from '@latchkey/contract'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError } from './config-error.ts'
import { describeConfig } from './describe-config.ts'
import { loadConfig, type ConfigInput } from './load-config.ts'
import type { Config } from './config.ts'
import { optionNames, settings } from './settings.ts'

const root = mkdtempSync(join(tmpdir(), 'latchkey-config-'))
afterAll(() => rmSync(root, { recursive: true }))

const random = 'qH7xW2vT9bKz4RmYc8NfLdPs3JgUe6Ao'
const canary = 'CANARYzQ7wE2rT9yU4iO6pA3sD8fG5hJ'
const clientSecrets = Object.fromEntries(
  ['GOOGLE', 'MICROSOFT', 'GITHUB', 'GITLAB', 'DISCORD'].map((name) => [`${name}_CLIENT_SECRET`, random]),
)

test('without any setting there is a complete configuration, and nothing is created', () => {
  const cwd = newFolder()
  const config = loadConfig({ env: {}, cwd })
  expect(config).toMatchObject({
    port: 4000,
    host: 'localhost',
    publicUrl: 'http://localhost:4000',
    audience: 'http://localhost:4000',
    databaseUrl: 'sqlite:./latchkey-data/latchkey.sqlite',
    mailFrom: 'Latchkey <no-reply@localhost>',
    secret: null,
    smtpUrl: null,
    allowedOrigins: [],
    accessTokenTtl: minutes(15),
    refreshLeeway: 30_000,
    hashQueue: 64 * config.hashConcurrency,
  })
  expect(new Set(Object.values(config.sources))).toEqual(new Set(['default']))
  expect(readdirSync(cwd)).toEqual([])
})

test('options go before the environment, that before the file, that before defaults', () => {
  const cwd = newFolder()
  writeFileSync(
    join(cwd, 'latchkey.config.json'),
    JSON.stringify({ port: 1, appName: 'file', audience: 'file' }),
  )
  const config = loadConfig({ cwd, env: { PORT: '2', APP_NAME: 'environment' }, options: { port: 3 } })
  expect(pick(config, 'port', 'appName', 'audience', 'host')).toEqual({
    port: [3, 'option'],
    appName: ['environment', 'environment'],
    audience: ['file', 'file'],
    host: ['localhost', 'default'],
  })
})

test('defaults follow the settings that they are made from', () => {
  const config = load({ PORT: '8080', LATCHKEY_DATA: '/srv/latchkey/', APP_NAME: 'Acme' })
  expect(config.publicUrl).toBe('http://localhost:8080')
  expect(config.databaseUrl).toBe('sqlite:/srv/latchkey/latchkey.sqlite')
  expect(load({ PUBLIC_URL: 'https://id.acme.com/', APP_NAME: 'Acme' })).toMatchObject({
    publicUrl: 'https://id.acme.com',
    audience: 'https://id.acme.com',
    mailFrom: 'Acme <no-reply@id.acme.com>',
  })
  expect(load({ PUBLIC_URL: 'http://192.0.2.1:4000' }).mailFrom).toBe('Latchkey <no-reply@localhost>')
})

test('a configuration is frozen, its lists and sources too', () => {
  const config = load({ ALLOWED_ORIGINS: 'https://a.example' })
  for (const part of [config, config.allowedOrigins, config.sources]) expect(Object.isFrozen(part)).toBe(true)
})

test('a variable that is empty counts as not set', () => {
  expect(load({ PORT: '', SMTP_URL: '  ', LATCHKEY_SECRET: '' })).toMatchObject({
    port: 4000,
    smtpUrl: null,
    secret: null,
  })
})

describe('values', () => {
  test.each([
    ['PORT', '0', 'port', 0],
    ['HOST', '::', 'host', '::'],
    ['PUBLIC_URL', 'https://Auth.Example.com:443/', 'publicUrl', 'https://auth.example.com'],
    [
      'ALLOWED_ORIGINS',
      'https://a.example/, http://localhost:5173',
      'allowedOrigins',
      ['https://a.example', 'http://localhost:5173'],
    ],
    ['ALLOWED_ORIGINS', 'capacitor://localhost', 'allowedOrigins', ['capacitor://localhost']],
    ['TRUSTED_PROXIES', '10.0.0.0/8, ::1,192.0.2.1', 'trustedProxies', ['10.0.0.0/8', '::1', '192.0.2.1']],
    ['DATABASE_URL', 'sqlite::memory:', 'databaseUrl', 'sqlite::memory:'],
    ['DATABASE_URL', 'postgresql:///db?host=/run/pg', 'databaseUrl', 'postgresql:///db?host=/run/pg'],
    ['SMTP_URL', 'smtp://mailpit:1025?starttls=optional', 'smtpUrl', 'smtp://mailpit:1025?starttls=optional'],
    ['LATCHKEY_SECRET', `${random}, ${random}x`, 'secret', [random, `${random}x`]],
    ['ACCESS_TOKEN_TTL', '12h', 'accessTokenTtl', hours(12)],
    ['REFRESH_LEEWAY', '0s', 'refreshLeeway', 0],
    ['KEY_ROTATION', '0s', 'keyRotation', 0],
    ['MAIL_FROM', 'Ünïted <a@b.example>', 'mailFrom', 'Ünïted <a@b.example>'],
    ['METRICS_PORT', '9464', 'metricsPort', 9464],
    ['REGISTRATION', 'closed', 'registration', 'closed'],
    [
      'RETURN_URLS',
      'https://a.example/in?x=1, http://[::1]:3000/',
      'returnUrls',
      ['https://a.example/in?x=1', 'http://[::1]:3000/'],
    ],
    ['AFTER_SIGN_IN', '/', 'afterSignIn', '/'],
    ['AFTER_SIGN_IN', 'https://a.example', 'afterSignIn', 'https://a.example'],
    ['PAGES_LOGO', 'logo.SVG', 'pagesLogo', 'logo.SVG'],
  ] as const)('%s=%s', (env, text, name, value) => {
    expect(load({ [env]: text })[name]).toEqual(value)
  })

  test.each([
    ['PORT', 'eighty'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '4e3'],
    ['HOST', 'localhost:4000'],
    ['PUBLIC_URL', 'auth.example.com'],
    ['PUBLIC_URL', 'https://auth.example.com/login'],
    ['PUBLIC_URL', 'https://auth.example.com?x'],
    ['PUBLIC_URL', 'https://auth.example.com#x'],
    ['PUBLIC_URL', 'https:/auth.example.com'],
    ['PUBLIC_URL', 'ftp://auth.example.com'],
    ['ALLOWED_ORIGINS', '*'],
    ['ALLOWED_ORIGINS', 'https://*.example.com'],
    ['ALLOWED_ORIGINS', 'null'],
    ['ALLOWED_ORIGINS', 'https://a.example/path'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', 'loopback'],
    ['DATABASE_URL', 'mysql://localhost/db'],
    ['DATABASE_URL', 'sqlite:'],
    ['DATABASE_URL', 'postgres:localhost'],
    ['LATCHKEY_SECRET', 'short'],
    ['LATCHKEY_SECRET', `${random},short`],
    ['LATCHKEY_SECRET', ','],
    ['SMTP_URL', 'http://mail.example.com'],
    ['SMTP_URL', 'smtp://mail.example.com?tls=off'],
    ['SMTP_URL', 'smtp://user:100%@mail.example.com'],
    ['MAIL_FROM', 'nobody'],
    ['MAIL_FROM', 'a@b.example, c@d.example'],
    ['ACCESS_TOKEN_TTL', '15'],
    ['ACCESS_TOKEN_TTL', '15 minutes'],
    ['ACCESS_TOKEN_TTL', '0s'],
    ['ACCESS_TOKEN_TTL', '25h'],
    ['REFRESH_LEEWAY', '6m'],
    ['REFRESH_LEEWAY', '-1s'],
    ['KEY_ROTATION', '5m'],
    ['ACCESS_TOKEN_ALGORITHM', 'none'],
    ['COOKIE_SAME_SITE', 'none'],
    ['NODE_ENV', 'prod'],
    ['RETURN_URLS', 'http://a.example/in'],
    ['RETURN_URLS', '/account'],
    ['RETURN_URLS', '*'],
    ['RETURN_URLS', 'https://*.example.com/in'],
    ['RETURN_URLS', 'https://a.example;script-src/in'],
    ['RETURN_URLS', 'https://user@a.example/in'],
    ['RETURN_URLS', 'https://a.example/in#x'],
    ['RETURN_URLS', 'https:/a.example/in'],
    ['RETURN_URLS', 'javascript:alert(1)'],
    ['AFTER_SIGN_IN', '//a.example'],
    ['AFTER_SIGN_IN', '/\\a.example'],
    ['AFTER_SIGN_IN', 'account'],
    ['AFTER_SIGN_IN', 'http://a.example'],
    ['PAGES_LOGO', '/etc/passwd'],
    ['PAGES_STYLESHEET', 'pages.js'],
    ['HASH_CONCURRENCY', '0'],
    ['APP_NAME', 'Evil\nBcc: a@b.example'],
  ])('%s=%s is refused', (env, text) => {
    expect(faultKeys({ env: { [env]: text } })).toEqual([env])
  })

  test.each([
    [{ accessTokenTtl: minutes(5) }, { accessTokenTtl: 300_000 }],
    [{ accessTokenTtl: '5m' }, { accessTokenTtl: 300_000 }],
    [{ allowedOrigins: ['https://a.example'] }, { allowedOrigins: ['https://a.example'] }],
    [{ secret: random }, { secret: [random] }],
    [{ secret: [random, canary] }, { secret: [random, canary] }],
    [
      { smtpUrl: null, port: undefined },
      { smtpUrl: null, port: 4000 },
    ],
  ] as const)('typed options: %j', (options, expected) => {
    expect(loadConfig({ env: {}, file: null, options })).toMatchObject(expected)
  })

  test('a bare number that was meant as seconds is refused', () => {
    // @ts-expect-error a number must carry its unit
    expect(() => loadConfig({ env: {}, file: null, options: { refreshLeeway: 30 } })).toThrow(
      'option refreshLeeway',
    )
    expect(faultKeys({ file: newFile('{"refreshLeeway": 30}') })).toEqual(['file: refreshLeeway'])
    expect(faultKeys({ options: { refreshLeeway: 1500 } })).toEqual(['option refreshLeeway'])
  })

  test('every example in the table is accepted, except the commands that make a secret', () => {
    const env = optionNames
      .filter((name) => settings[name].secret !== 'whole')
      .map((name) => [settings[name].env, settings[name].example])
    const secrets = { LATCHKEY_SECRET: random, ...clientSecrets, APPLE_PRIVATE_KEY: newPrivateKey() }
    expect(() => load({ ...Object.fromEntries(env), ...secrets })).not.toThrow()
  })
})

describe('faults', () => {
  test('all are named at once, each with key, what came, what is expected and an example', () => {
    const error = failure({
      env: { PORT: 'eighty', ACCESS_TOKEN_TTL: '15' },
      options: { publicUrl: 'example.com' },
    })
    expect(error.message).toBe(
      `The configuration has 3 faults. See docs/reference/configuration.md.

  PORT
    given:    "eighty"
    expected: a whole number from 0 to 65535
    example:  PORT=4000

  option publicUrl
    given:    "example.com"
    expected: the address that browsers use, such as https://auth.example.com: no path, query, fragment or password
    example:  "publicUrl": "https://auth.example.com"

  ACCESS_TOKEN_TTL
    given:    "15"
    expected: a duration from 1s to 24h, written like 30s, 15m, 12h or 7d
    example:  ACCESS_TOKEN_TTL=5m`,
    )
  })

  test('a fault in one setting causes no other in those that are made from it', () => {
    expect(faultKeys({ env: { PORT: 'x' } })).toEqual(['PORT'])
    expect(faultKeys({ env: { REFRESH_IDLE_TTL: 'x', REFRESH_ABSOLUTE_TTL: '1d' } })).toEqual([
      'REFRESH_IDLE_TTL',
    ])
  })

  test.each<[string, ConfigInput['env'], string]>([
    ['an idle time above the absolute one', { REFRESH_IDLE_TTL: '31d' }, 'REFRESH_IDLE_TTL'],
    ['an absolute time below the default idle one', { REFRESH_ABSOLUTE_TTL: '1d' }, 'REFRESH_IDLE_TTL'],
    [
      'access tokens that outlive the session',
      { ACCESS_TOKEN_TTL: '2h', REFRESH_IDLE_TTL: '1h' },
      'ACCESS_TOKEN_TTL',
    ],
    [
      'a leeway as long as the idle time',
      { REFRESH_LEEWAY: '1m', REFRESH_IDLE_TTL: '1m', ACCESS_TOKEN_TTL: '1m' },
      'REFRESH_LEEWAY',
    ],
    [
      'keys that rotate faster than tokens expire',
      { KEY_ROTATION: '1h', ACCESS_TOKEN_TTL: '2h' },
      'KEY_ROTATION',
    ],
    ['metrics on the public port', { METRICS_PORT: '4000' }, 'METRICS_PORT'],
  ])('%s is refused', (_, env, key) => {
    expect(faultKeys({ env })).toEqual([key])
  })
})

describe('unknown keys', () => {
  test.each([
    [{ env: { LATCHKEY_SECRT: random } }, 'LATCHKEY_SECRT', 'did you mean LATCHKEY_SECRET?'],
    [
      { env: { LATCHKEY_COLOUR: 'red' } },
      'LATCHKEY_COLOUR',
      'a setting from docs/reference/configuration.md',
    ],
    [{ env: { ACCES_TOKEN_TTL: '1m' } }, 'ACCES_TOKEN_TTL', 'did you mean ACCESS_TOKEN_TTL?'],
    [{ env: { public_url: 'https://a.example' } }, 'public_url', 'did you mean PUBLIC_URL?'],
    [{ env: { DATABSE_URL_FILE: '/x' } }, 'DATABSE_URL_FILE', 'did you mean DATABASE_URL_FILE?'],
    [{ options: { publicUrL: 'https://a.example' } }, 'option publicUrL', 'did you mean publicUrl?'],
    [{ options: { PUBLIC_URL: 'https://a.example' } }, 'option PUBLIC_URL', 'did you mean publicUrl?'],
    [
      { options: JSON.parse('{"__proto__": 1}') as object },
      'option __proto__',
      'a setting from docs/reference/configuration.md',
    ],
  ])('%j', (input, key, expected) => {
    expect(failure(input).faults).toMatchObject([{ key, expected }])
  })

  test('variables of other programs are left alone', () => {
    const others = {
      PATH: '/bin',
      HOSTNAME: 'x',
      POST: '1',
      NODE_OPTIONS: '',
      PUBLIC_KEY: 'x',
      LOG_LEVELS: 'x',
    }
    expect(() => load(others)).not.toThrow()
    expect(() => load({ DATABASE_URL: 'postgres://a/b', DATABASE_URL_2: 'mysql://x' })).not.toThrow()
  })
})

describe('secrets in files', () => {
  test.each([
    ['LATCHKEY_SECRET', random, 'secret', [random]],
    ['DATABASE_URL', 'postgres://u:p@h/d', 'databaseUrl', 'postgres://u:p@h/d'],
    ['SMTP_URL', 'smtps://u:p@h', 'smtpUrl', 'smtps://u:p@h'],
    ['METRICS_TOKEN', random, 'metricsToken', random],
    ['PASSWORD_PEPPER', random, 'passwordPepper', random],
  ] as const)('%s_FILE: its content counts, trimmed', (variable, content, name, value) => {
    const config = load({ [`${variable}_FILE`]: newFile(`  ${content}\n`) })
    expect([config[name], config.sources[name]]).toEqual([value, 'secret file'])
  })

  test('both the variable and its file are a fault', () => {
    const env = { LATCHKEY_SECRET: canary, LATCHKEY_SECRET_FILE: newFile(random) }
    expect(failure({ env }).faults).toMatchObject([
      { key: 'LATCHKEY_SECRET', expected: 'only one of the two' },
    ])
  })

  test('files that are absent, empty or hold something else are faults', () => {
    expect(failure({ env: { LATCHKEY_SECRET_FILE: '/nowhere' } }).message).toContain('/nowhere (ENOENT)')
    expect(faultKeys({ env: { METRICS_TOKEN_FILE: newFile('\n') } })).toEqual(['METRICS_TOKEN_FILE'])
    expect(faultKeys({ env: { PASSWORD_PEPPER_FILE: newFile('short') } })).toEqual(['PASSWORD_PEPPER_FILE'])
  })

  test('a setting that is no secret has no file', () => {
    expect(load({ PORT_FILE: '/x' }).port).toBe(4000)
  })
})

describe('the configuration file', () => {
  test('LATCHKEY_CONFIG names it, and then it must exist', () => {
    expect(load({ LATCHKEY_CONFIG: newFile('{"port": 5000}') }).port).toBe(5000)
    expect(failure({ env: { LATCHKEY_CONFIG: '/nowhere.json' }, file: undefined }).message).toContain(
      'ENOENT',
    )
  })

  test('the usual file may be absent, but not unreadable', () => {
    const cwd = newFolder()
    mkdirSync(join(cwd, 'latchkey.config.json'))
    expect(() => loadConfig({ env: {}, cwd })).toThrow('latchkey.config.json (EISDIR)')
  })

  test.each(['{"port": 1,}', '[]', 'null', '', '{"colour": 1}', '{"port": "x"}'])(
    '%s is refused',
    (content) => {
      expect(failure({ file: newFile(content) }).faults).toHaveLength(1)
    },
  )

  test('what is wrong in a file is told without quoting it', () => {
    const { message } = failure({ file: newFile(`{"secret": ${canary}}`) })
    expect(message).toContain('is not JSON')
    expect(message).not.toContain('CANARY')
  })
})

describe('in production', () => {
  const good = { NODE_ENV: 'production', PUBLIC_URL: 'https://auth.example.com', LATCHKEY_SECRET: random }

  test('an https address and a random secret are enough', () => {
    expect(load(good).nodeEnv).toBe('production')
  })

  test('a missing secret and the default address are refused together', () => {
    const { faults } = failure({ env: { NODE_ENV: 'production' } })
    expect(faults).toMatchObject([
      { key: 'PUBLIC_URL', given: 'nothing; the default is "http://localhost:4000"' },
      { key: 'LATCHKEY_SECRET', given: 'nothing' },
    ])
  })

  test('http is refused for localhost too, and the message says so', () => {
    const { message } = failure({ env: { ...good, PUBLIC_URL: 'http://localhost:4000' } })
    expect(message).toContain('http is refused, for localhost too')
  })

  test.each([
    'a'.repeat(32),
    '0123456789abcdef0123456789abcdef',
    'abcdefghijklmnopqrstuvwxyz123456',
    'Zk7Zk7Zk7Zk7Zk7Zk7Zk7Zk7Zk7Zk7Zk7Zk7',
    'change-me-change-me-change-me-please',
    'your-secret-key-goes-here-0123456789',
    'my_super_secret_value_that_is_long_enough',
    `${random},${'x'.repeat(40)}`,
  ])('the secret %s is refused', (secret) => {
    expect(faultKeys({ env: { ...good, LATCHKEY_SECRET: secret } })).toEqual(['LATCHKEY_SECRET'])
    expect(() => load({ LATCHKEY_SECRET: secret })).not.toThrow()
  })

  test('pepper and metrics token must be random as well', () => {
    const env = { ...good, PASSWORD_PEPPER: 'p'.repeat(32), METRICS_TOKEN: 'm'.repeat(32) }
    expect(faultKeys({ env })).toEqual(['PASSWORD_PEPPER', 'METRICS_TOKEN'])
  })

  test.skipIf(process.platform === 'win32')('secrets in files that others can read are refused', () => {
    const { LATCHKEY_SECRET: _, ...others } = good
    const path = newFile(random)
    chmodSync(path, 0o640)
    expect(faultKeys({ env: { ...others, LATCHKEY_SECRET_FILE: path } })).toEqual(['LATCHKEY_SECRET_FILE'])
    chmodSync(path, 0o600)
    expect(() => load({ ...others, LATCHKEY_SECRET_FILE: path })).not.toThrow()

    const file = newFile(JSON.stringify({ secret: random }))
    chmodSync(file, 0o644)
    expect(() => loadConfig({ env: others, file })).toThrow('chmod 600')
  })
})

describe('no secret is ever shown', () => {
  const bad = {
    LATCHKEY_SECRET: `${canary},CANARY`,
    METRICS_TOKEN: 'CANARY',
    PASSWORD_PEPPER: 'CANARY é',
    DATABASE_URL: 'postgres://user:CANARY/x@y@host/db nonsense',
    SMTP_URL: 'http://user:CANARY@host',
    PUBLIC_URL: 'https://user:CANARY@host',
    LATCHKEY_SECRT: 'CANARY',
  }

  test('in errors', () => {
    const error = failure({ env: bad, options: { secret: { CANARY: 'CANARY' }, secrets: 'CANARY' } })
    expect(error.faults.length).toBeGreaterThanOrEqual(8)
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toMatch(/CANARY/)
    expect(error.cause).toBeUndefined()
    expect(
      failure({ env: { DATABASE_URL: 'postgres://u:CANARY@h/d?password=CANARY x' } }).message,
    ).not.toMatch(/CANARY/)
    expect(failure({ env: { SMTP_URL: 'smtp://u:CANARY@h/path' } }).message).toContain('"smtp://***@h/path"')
  })

  test('in the printed configuration', () => {
    const rows = describeConfig(
      load({
        LATCHKEY_SECRET: canary,
        DATABASE_URL: 'postgres://user:CANARY@db.example:5432/main?sslpassword=CANARY',
        SMTP_URL: 'smtps://user:CANARY@mail.example',
        METRICS_TOKEN_FILE: newFile(canary),
        ACCESS_TOKEN_TTL: '5m',
        ALLOWED_ORIGINS: 'https://a.example,https://b.example',
      }),
    )
    expect(JSON.stringify(rows)).not.toMatch(/CANARY/)
    expect(rows.map(({ option }) => option)).toEqual(optionNames)
    expect(Object.fromEntries(rows.map((row) => [row.option, [row.value, row.source]]))).toMatchObject({
      secret: ['(hidden)', 'environment'],
      metricsToken: ['(hidden)', 'secret file'],
      databaseUrl: ['postgres://***@db.example:5432/main?***', 'environment'],
      smtpUrl: ['smtps://***@mail.example', 'environment'],
      accessTokenTtl: ['5m', 'environment'],
      allowedOrigins: ['https://a.example, https://b.example', 'environment'],
      refreshIdleTtl: ['7d', 'default'],
      passwordPepper: ['none', 'default'],
      port: ['4000', 'default'],
    })
  })
})

const load = (env: ConfigInput['env']): Config => loadConfig({ env, cwd: newFolder() })

function failure(input: {
  env?: ConfigInput['env']
  file?: string | undefined
  options?: object
}): ConfigError {
  const { env = {}, file, options = {} } = input
  try {
    loadConfig({ env, options, cwd: newFolder(), ...(file === undefined ? {} : { file }) })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('This configuration was accepted.')
}

const faultKeys = (input: Parameters<typeof failure>[0]): string[] =>
  failure(input).faults.map(({ key }) => key)

const messageIn = (input: Parameters<typeof failure>[0]): string => failure(input).message

const pick = (config: Config, ...names: (typeof optionNames)[number][]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, [config[name], config.sources[name]]]))

const newFolder = (): string => mkdtempSync(join(root, 'x'))

function newFile(content: string): string {
  const path = join(newFolder(), 'file')
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

describe('signing in with others', () => {
  test('a client id without its secret is refused, and a secret without its id, which is not shown', () => {
    expect(faultKeys({ env: { GOOGLE_CLIENT_ID: 'id' } })).toEqual(['GOOGLE_CLIENT_ID'])
    expect(faultKeys({ env: { GITHUB_CLIENT_SECRET: canary } })).toEqual(['GITHUB_CLIENT_SECRET'])
    expect(faultKeys({ env: { APPLE_CLIENT_ID: 'id', APPLE_TEAM_ID: 'team' } })).toEqual(['APPLE_CLIENT_ID'])
    expect(faultKeys({ env: { APPLE_PRIVATE_KEY: canary } })).toEqual(['APPLE_PRIVATE_KEY'])
    expect(messageIn({ env: { GITHUB_CLIENT_SECRET: canary, APPLE_PRIVATE_KEY: canary } })).not.toContain(
      canary,
    )
  })

  test('other issuers are a list of which each entry is checked, and never shown', () => {
    const issuer = { id: 'acme', label: 'Acme', issuer: 'https://login.acme.example', clientId: 'latchkey' }
    const oidcProviders = (list: unknown) => ({ env: { OIDC_PROVIDERS: JSON.stringify(list) } })
    const { oidcProviders: read } = load(oidcProviders([issuer]).env)
    expect(read).toEqual([{ ...issuer, scopes: ['email', 'profile'], emailDomains: [], trustsMfa: false }])
    for (const wrong of [
      [issuer, issuer],
      [{ ...issuer, id: 'google' }],
      [{ ...issuer, id: 'Acme' }],
      [{ ...issuer, issuer: 'http://login.acme.example' }],
      [{ ...issuer, issuer: 'https://login.acme.example?x' }],
      [{ ...issuer, issuer: 'https://user:pw@login.acme.example' }],
      [{ ...issuer, emailDomains: ['acme.example', 'nonsense'] }],
      [{ ...issuer, clientSecrets: canary }],
      { ...issuer },
      'nothing',
    ]) {
      expect(faultKeys(oidcProviders(wrong))).toEqual(['OIDC_PROVIDERS'])
      expect(messageIn(oidcProviders(wrong))).not.toContain(canary)
    }
  })

  test('in production an issuer without https is refused', () => {
    const issuer = { id: 'acme', label: 'Acme', issuer: 'http://localhost:8080', clientId: 'latchkey' }
    const env = { OIDC_PROVIDERS: JSON.stringify([issuer]) }
    expect(() => load(env)).not.toThrow()
    const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://a.example', LATCHKEY_SECRET: random }
    expect(faultKeys({ env: { ...env, ...production } })).toEqual(['OIDC_PROVIDERS'])
  })
})

const newPrivateKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string
