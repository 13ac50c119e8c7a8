import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { toNodeHandler } from '../packages/server/src/http/adapters/node.ts'
import { hasCommand } from './support/has-command.ts'
import { openTestServer } from './support/test-server.ts'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { portOf } from '#test/support/listen.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const guides = ['*.md', 'docs/**/*.md'].flatMap((pattern) => globSync(pattern, { cwd: root }))

test.skipIf(!hasCommand('curl'))('the commands in the README do what it says', async () => {
  await using latchkey = await openTestServer()
  const server = createServer(toNodeHandler(latchkey.latchkey)).listen(0)
  const port = portOf(server)
  const script = fence('README.md', 'sh', 'curl').replaceAll('localhost:4000', `localhost:${port}`)
  // An empty line between the answers.
  const lines = script.trim().split('\n')
  expect(lines).toHaveLength(6)
  const cwd = mkdtempSync(join(tmpdir(), 'latchkey-readme-'))
  const spaced = lines.map((line) => `${line.replace(/^curl /, 'curl -s ')}\necho; echo ----`).join('\n')
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', spaced], { cwd })
  server.close()
  const [registered, , me, refreshed, loggedOut, refused] = stdout.split('----').map((text) => text.trim())
  expect(JSON.parse(must(registered))).toMatchObject({
    user: { email: 'ada@example.com' },
    tokenType: 'Bearer',
  })
  expect(JSON.parse(must(me))).toMatchObject({ email: 'ada@example.com' })
  expect(JSON.parse(must(refreshed))).toMatchObject({ session: { generation: 1 } })
  expect(loggedOut).toBe('')
  expect(JSON.parse(must(refused))).toMatchObject({ code: 'token_revoked' })
})

test.skipIf(!hasCommand('curl'))(
  'the commands of the guide to API keys lead from a key to its use',
  async () => {
    await using latchkey = await openTestServer()
    const server = createServer(toNodeHandler(latchkey.latchkey)).listen(0)
    const port = portOf(server)
    const json = { email: 'ada@example.com', password: 'seven quiet otters swim' }
    const registered = await latchkey.send('POST', '/api/auth/register', { json })
    const { accessToken } = await textsOf(registered, 'accessToken')
    const script = fence('docs/api-keys.md', 'sh', 'KEY=')
      .replaceAll('localhost:4000', `localhost:${port}`)
      .replace('https://notes.example.com/notes', `localhost:${port}/api/auth/me && echo ----`)
      .replaceAll(/^curl /gm, 'curl -s ')
    const env = { ...process.env, TOKEN: accessToken }
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env })
    server.close()
    const [used, session] = stdout.split('----').map((text) => JSON.parse(text) as object)
    // The token is good, and the account itself is not for it.
    expect(used).toMatchObject({ code: 'session_required' })
    expect(session).toMatchObject({ kind: 'api_key', apiKey: { name: 'backup' }, scopes: ['notes:read'] })
  },
)

test('every link between the guides leads somewhere', () => {
  expect(guides.length).toBeGreaterThan(15)
  for (const guide of guides) {
    for (const [, target = '', heading] of read(guide).matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const path = target === '' ? guide : join(dirname(guide), target)
      expect(existsSync(join(root, path)), `${guide} → ${target}`).toBe(true)
      if (heading !== undefined) expect(headingsIn(path), `${guide} → ${target}`).toContain(heading)
    }
  }
})

test.each(['contract', 'client', 'verify', 'server'])(
  'the package %s is published with the licence and a page that says what it is',
  (name) => {
    const { name: published } = JSON.parse(read(`packages/${name}/package.json`)) as { name: string }
    expect(read(`packages/${name}/LICENSE`)).toBe(read('LICENSE'))
    expect(read(`packages/${name}/README.md`)).toContain(`# ${published}\n`)
    expect(read('package.json')).toMatch(new RegExp(`"pack": .* -w packages/${name}\\b`))
  },
)

test('every dependency of the server and the account application has its reason written down, and no other has', () => {
  const dependencies = ['packages/server', 'apps/console'].flatMap((workspace) => {
    const { dependencies } = JSON.parse(read(`${workspace}/package.json`)) as { dependencies: object }
    return Object.keys(dependencies)
  })
  const named = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect(new Set(named)).toEqual(new Set(dependencies))
  expect(named).toHaveLength(new Set(named).size)
})

test('the settings and codes that the guides name exist', () => {
  const known = read('docs/reference/configuration.md') + read('docs/reference/errors.md')
  // Names from the stacks that people come from, from applications, Node and tRPC.
  const foreign = new Set([
    'JWT_SECRET',
    'REFRESH_SECRET',
    'LATCHKEY_ORIGIN',
    'LATCHKEY_CREDENTIAL',
    'NODE_EXTRA_CA_CERTS',
    'SANITIZE_SET',
    'SERVICE_UNAVAILABLE',
  ])
  for (const guide of guides.filter((guide) => guide.startsWith('docs/') && !guide.startsWith('docs/adr/'))) {
    const settings = (read(guide).match(/\b[A-Z]+_[A-Z_]+\b/g) ?? []).filter((name) => !foreign.has(name))
    for (const name of settings) expect(known, `${guide}: ${name}`).toContain(name.replace(/_FILE$/, ''))
  }
})

test('the commands that the guides name exist, with their options', () => {
  const commands = new Map(
    read('docs/reference/cli.md')
      .split(/^## /m)
      .slice(1)
      .map((section) => [firstOf(section.split('\n', 1)), section]),
  )
  let seen = 0
  for (const guide of guides) {
    for (const [, words] of read(guide).matchAll(/(?:^|`|npx |\| )latchkey ([a-z][^`\n#|]*)/gm)) {
      const [first = '', second = ''] = must(words).trim().split(/\s+/)
      const section = commands.get(`${first} ${second}`) ?? commands.get(first)
      expect(section, `${guide}: latchkey ${words}`).toBeDefined()
      for (const [option] of must(words).matchAll(/--[a-z-]+/g))
        expect(section, `${guide}: ${words}`).toContain(option)
      seen++
    }
  }
  expect(seen).toBeGreaterThan(20)
})

/** As GitHub makes anchors of them. */
const headingsIn = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )

/** The fenced block of a language that begins with a word. */
function fence(path: string, language: string, start: string): string {
  const blocks = [...read(path).matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
  const block = blocks.find(([, tag, text]) => tag === language && must(text).startsWith(start))
  return must(must(block)[2])
}
