import { execFile, spawn } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import express, { type RequestHandler } from 'express'
import { SignJWT } from 'jose'
import jwt from 'jsonwebtoken'
import { type Latchkey, toNodeHandler } from 'latchkey'
import { createElement, type FunctionComponent, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { accountEvents, rowOf } from '../../packages/server/src/identity/events/table.ts'
import { expect, onTestFinished, test, vi } from 'vitest'
import { badTokens } from '../../packages/verify/src/testing/bad-tokens.ts'
import { createVerifier } from '../../packages/verify/src/verifier/verifier.ts'
import { textsOf } from '#test/support/texts-of.ts'
import { must } from '#test/support/must.ts'
import { portOf } from '#test/support/listen.ts'
import { blocksIn, root, writeCode } from '#test/support/code-in-docs.ts'
import { startIssuer } from '#test/support/issuer.ts'
import { runLatchkey, temporaryFolder } from '#test/support/run-latchkey.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'

/** Whose code is meant to be copied, file by file. */
const guides = [
  'README.md',
  'docs/client.md',
  'docs/methods.md',
  'docs/cookie-sessions.md',
  'docs/sender-constrained.md',
  'docs/second-factors.md',
  'docs/passkeys.md',
  'docs/sign-in-with-others.md',
  'docs/testing.md',
  'docs/migrate-*.md',
  'docs/mutual-tls.md',
  'docs/quickstarts/*.md',
  'docs/verify*.md',
].flatMap((pattern) => globSync(pattern, { cwd: root }))
const migration = 'docs/migrate-from-jsonwebtoken.md'
const next = 'docs/quickstarts/next.md'
const password = 'seven quiet otters swim'

test('the TypeScript in the guides compiles', async () => {
  for (const guide of guides) writeCode(guide)
  const tsc = execFile(join(root, 'node_modules/.bin/tsc'), [
    '-p',
    join(root, 'test/docs/code.tsconfig.json'),
  ])
  expect(await text(must(tsc.stdout))).toBe('')
})

test('the JavaScript in the guides can be read', async () => {
  for (const { language, text } of guides.flatMap(blocksIn)) {
    if (language === 'js') await parse(text)
    if (language === 'json') JSON.parse(text)
  }
})

test('the tests in the guide to tests pass', async () => {
  const cwd = writeCode('docs/testing.md')
  const report = join(temporaryFolder(), 'report.json')
  const args = [
    'run',
    '--root',
    cwd,
    '--reporter',
    'json',
    '--outputFile',
    report,
    '--exclude',
    '*.spec.ts',
    '--testTimeout',
    '60000',
  ]
  await promisify(execFile)(join(root, 'node_modules/.bin/vitest'), args, { cwd })
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ success: true, numTotalTests: 12 })
})

test('the guide to tests explains every bad token', () => {
  const table = blockless('docs/testing.md')
  for (const code of badTokens) expect(table).toMatch(new RegExp(`^\\| .*\`${code}\`.* \\|`, 'm'))
})

test('the way from jsonwebtoken: imported, linked, signed in with the old password, both tokens accepted', async () => {
  const code = writeCode(migration)
  const cwd = temporaryFolder()
  const env = { LATCHKEY_DATA: join(cwd, 'data'), LATCHKEY_SECRET: secret }
  const line = block(migration, 'json')
  const old = new DatabaseSync(join(cwd, 'app.sqlite'))
  const { email, name, passwordHash } = JSON.parse(line) as Record<string, string>
  old.exec(
    'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT, email_verified INTEGER, password_hash TEXT)',
  )
  // Addresses as people typed them.
  const insert = old.prepare('INSERT INTO users VALUES (7, ?, ?, 1, ?)')
  insert.run(must(email), must(name), must(passwordHash))

  const exported = old
    .prepare(block(migration, 'sql'))
    .all()
    .map((row) => Object.values(row)[0])
  expect(exported).toEqual([line.trim()])
  writeFileSync(join(cwd, 'users.jsonl'), exported.join('\n'))
  // The server of step 1 was started once.
  expect(await runLatchkey(['migrate'], { env, cwd })).toMatchObject({ code: 0 })
  const dryRun = await runLatchkey(['users', 'import', 'users.jsonl', '--dry-run'], { env, cwd })
  expect(dryRun).toMatchObject({ code: 0, stdout: expect.stringContaining('1 would be created') })
  for (const outcome of ['1 created', '0 created, 1 skipped']) {
    const run = await runLatchkey(['users', 'import', 'users.jsonl'], { env, cwd })
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(outcome) })
  }
  const found = await runLatchkey(['users', 'find', '--limit', '999999', '--json'], { env, cwd })
  // Twice: it can be repeated.
  expect(await link(found.stdout)).toBe('1 linked; Latchkey knows 1\n')
  expect(await link(found.stdout)).toBe('0 linked; Latchkey knows 1\n')

  const databaseUrl = `sqlite:${join(cwd, 'data/latchkey.sqlite')}` as const
  await using server = await openTestServer({ databaseUrl, secret: [secret] })
  const signedIn = await server.send('POST', '/api/auth/login', { json: { email, password } })
  const { accessToken } = await textsOf(signedIn, 'accessToken')
  const kept = new DatabaseSync(join(cwd, 'data/latchkey.sqlite'), { readOnly: true })
  const hash = () => kept.prepare('SELECT hash FROM password_credential').get()?.['hash']
  await vi.waitFor(() => expect(hash()).toMatch(/^\$argon2id\$/))
  kept.close()
  const { requireUser } = (await import(join(code, 'require-user.ts'))) as {
    requireUser: (latchkey: Latchkey, users: unknown) => RequestHandler
  }
  const { openUsers } = (await import(join(code, 'users.ts'))) as { openUsers: (path: string) => unknown }
  const app = express()
  app.get('/', requireUser(server.latchkey, openUsers(join(cwd, 'app.sqlite'))), (request, response) => {
    response.json((request as unknown as { userId: number }).userId)
  })
  const origin = await serve(app)
  process.env['JWT_SECRET'] = 'what the old stack signed with'
  onTestFinished(() => void delete process.env['JWT_SECRET'])
  const ask = (token: string) => fetch(origin, { headers: { authorization: `Bearer ${token}` } })

  expect(await (await ask(accessToken)).json()).toBe(7)
  expect(await (await ask(jwt.sign({ userId: 7 }, process.env['JWT_SECRET']))).json()).toBe(7)
  expect((await ask(jwt.sign({ userId: 7 }, 'a guess'))).status).toBe(401)
  expect((await ask(jwt.sign({ userId: 7 }, '', { algorithm: 'none' }))).status).toBe(401)
  expect((await fetch(origin)).status).toBe(401)
  // A user who registers with Latchkey gets a row, once.
  const registered = await server.send('POST', '/api/auth/register', {
    json: { email: 'bea@example.com', password },
  })
  const bea = await textsOf(registered, 'accessToken')
  expect(await (await ask(bea.accessToken)).json()).toBe(8)
  expect(await (await ask(bea.accessToken)).json()).toBe(8)

  async function link(users: string): Promise<string> {
    const child = spawn(process.execPath, [join(code, 'link-users.ts')], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.end(users)
    return await text(child.stdout)
  }
})

test('Next: a route handler takes access tokens of this server for this application, and nothing else', async () => {
  await using server = await openTestServer()
  await using elsewhere = await openTestServer({ audience: 'https://api.example.com' })
  const ask = await verifierOf(server)
  const { accessToken, refreshToken, user } = await register(server)
  expect(await ask(`Bearer ${accessToken}`)).toMatchObject({ sub: user.id })
  expect(await ask(accessToken)).toBeNull()
  expect(await ask('')).toBeNull()
  expect(await ask(`Bearer ${refreshToken}`)).toBeNull()
  expect(await ask(`Bearer ${accessToken.slice(0, -4)}AAAA`)).toBeNull()
  expect(await ask(`Bearer ${(await register(elsewhere)).accessToken}`)).toBeNull()

  const { kid, key } = server.latchkey.services.keys.signer()
  const claims = await server.latchkey.authenticate(`Bearer ${accessToken}`)
  const signed = (typ: string, more: object = {}) =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(key)
  expect(await ask(`Bearer ${await signed('at+jwt')}`)).toMatchObject({ sub: user.id })
  expect(await ask(`Bearer ${await signed('JWT')}`)).toBeNull()
  expect(await ask(`Bearer ${await signed('at+jwt', { aud: 'https://api.example.com' })}`)).toBeNull()
  expect(await ask(`Bearer ${await signed('at+jwt', { iss: 'https://other.example' })}`)).toBeNull()
  expect(await ask(`Bearer ${await signed('at+jwt', { exp: claims.iat - 1 })}`)).toBeNull()
})

test('Next: keys that cannot be fetched are no verdict', async () => {
  await using server = await openTestServer()
  const { accessToken } = await register(server)
  const ask = await verifierOf(server, (_, response) => response.writeHead(503).end())
  await expect(ask(`Bearer ${accessToken}`)).rejects.toThrow()
})

test('Next: without the hint nobody is signed in, with it nothing is known yet', async () => {
  const code = writeCode(next)
  const { Session } = (await import(join(code, 'app/session.tsx'))) as {
    Session: FunctionComponent<{ nobody: boolean; children: ReactNode }>
  }
  const { useAuth } = (await import(join(code, 'lib/auth.ts'))) as { useAuth: () => { status: string } }
  const Status = () => useAuth().status
  const paint = (nobody: boolean) =>
    renderToString(createElement(Session, { nobody, children: createElement(Status) }))
  expect([paint(true), paint(false)]).toEqual(['signed-out', 'loading'])
})

test('GraphQL and tRPC know their callers, and say what the client refreshes on', async () => {
  const issuer = await startIssuer()
  const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience })
  onTestFinished(() => verifier.close())
  const code = writeCode('docs/verify-frameworks.md')
  Object.assign(globalThis, { testVerifier: verifier })
  writeFileSync(join(code, 'verifier.ts'), 'export const verifier = globalThis.testVerifier')
  const { yoga } = (await import(join(code, 'graphql.ts'))) as { yoga: { fetch: typeof fetch } }
  const { handler } = (await import(join(code, 'trpc.ts'))) as {
    handler: (request: Request) => Promise<Response>
  }
  const { id, accessToken } = issuer.root
  const headersOf = (token?: string) => ({
    'content-type': 'application/json',
    accept: 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  })
  const query = (text: string, token?: string) =>
    yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: headersOf(token),
      body: JSON.stringify({ query: text }),
    })
  const call = (procedure: string, token?: string) =>
    handler(new Request(`http://localhost/trpc/${procedure}`, { headers: headersOf(token) }))

  expect(await (await query('{ greeting }')).json()).toEqual({ data: { greeting: 'Hello stranger' } })
  expect(await (await query('{ notes }', accessToken)).json()).toEqual({ data: { notes: [`for ${id}`] } })
  const refused = await query('{ notes }')
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'unauthenticated' } }] })
  expect((await query('{ notes }', 'nonsense')).headers.get('www-authenticate')).toContain('invalid_token')

  const greeting = await call('greeting')
  expect(await greeting.json()).toEqual({ result: { data: 'Hello stranger' } })
  expect(greeting.headers.get('vary')).toContain('Authorization')
  expect(await (await call('notes', accessToken)).json()).toEqual({ result: { data: [`for ${id}`] } })
  const unauthorized = await call('notes', 'nonsense')
  expect(unauthorized.status).toBe(401)
  expect(await unauthorized.json()).toMatchObject({ error: { message: 'invalid_token' } })
})

test('the guide of the client explains every code of the client', () => {
  const source = readFileSync(join(root, 'packages/client/src/wire/errors.ts'), 'utf8')
  const [, union = ''] = /export type ClientErrorCode =([^=]*?)\n\n/.exec(source) ?? []
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(5)
  const table = readFileSync(join(root, 'docs/client.md'), 'utf8')
  for (const code of codes) expect(table).toContain(`\n| \`${code}\` |`)
})

test('the runbook explains every reason for which people are signed out', () => {
  const reasons = [
    ...codesOf('packages/client/src/wire/errors.ts', 'SignOutCode'),
    ...codesOf('packages/client/src/transport/events.ts', 'SignOutReason'),
    ...codesOf('packages/server/src/identity/events/table.ts', 'EndReason'),
    ...accountEvents.map((event) => rowOf(event).reason),
  ].filter((reason) => reason !== 'none')
  expect(reasons.length).toBeGreaterThan(15)
  const runbook = readFileSync(join(root, 'docs/runbooks/users-are-being-signed-out.md'), 'utf8')
  const explained = [...runbook.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].join(' ')
  for (const reason of reasons) expect(explained).toContain(`\`${reason}\``)
})

const secret = 'k7Qm2vX9pLr4Tn8Wb3Yd6Zf1Hs5Jg0Ac'

function codesOf(file: string, type: string): string[] {
  const [, union = ''] =
    new RegExp(`export type ${type} =([\\s\\S]*?)\\n\\n`).exec(readFileSync(join(root, file), 'utf8')) ?? []
  return [...union.matchAll(/'(\w+)'/g)].map(([, code]) => must(code))
}

const blockless = (guide: string): string =>
  readFileSync(join(root, guide), 'utf8').replace(/^```[\s\S]*?^```/gm, '')

const block = (guide: string, wanted: string): string =>
  must(blocksIn(guide).find(({ language }) => language === wanted)).text

/** Throws where it is not JavaScript. */
async function parse(code: string): Promise<void> {
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '--check'])
  must(child.child.stdin).end(code)
  await child
}

async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener).listen(0)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://localhost:${portOf(server)}`
}

/** `lib/verify.ts` of the guide, with its keys from `listener`. */
async function verifierOf(
  server: TestServer,
  listener: Parameters<typeof createServer>[1] = toNodeHandler(server.latchkey),
) {
  const code = writeCode(next)
  process.env['LATCHKEY_ORIGIN'] = await serve(listener)
  process.env['PUBLIC_URL'] = server.origin
  onTestFinished(() => {
    delete process.env['LATCHKEY_ORIGIN']
    delete process.env['PUBLIC_URL']
  })
  vi.resetModules()
  const { verify } = (await import(join(code, 'lib/verify.ts'))) as {
    verify: (request: Request) => Promise<{ sub?: string } | null>
  }
  return (authorization: string) => verify(new Request('http://localhost', { headers: { authorization } }))
}

async function register(server: TestServer) {
  const json = { email: 'ada@example.com', password, tokenDelivery: 'body' }
  const answer = await server.send('POST', '/api/auth/register', { json })
  return (await answer.json()) as { accessToken: string; refreshToken: string; user: { id: string } }
}
