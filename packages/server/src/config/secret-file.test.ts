import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { ConfigError } from './config-error.ts'
import { getSecretRing, readOrCreateSecret } from './secret-file.ts'

const root = mkdtempSync(join(tmpdir(), 'latchkey-secret-'))
afterAll(() => rmSync(root, { recursive: true }))

const posix = process.platform !== 'win32'

test('the first call makes a secret of 256 bits, later calls read it', () => {
  const folder = join(newFolder(), 'new', 'data')
  const secret = readOrCreateSecret(folder)
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  expect(readOrCreateSecret(folder)).toBe(secret)
  expect(readdirSync(folder)).toEqual(['secret'])
})

test.skipIf(!posix)('only this user can read the file and enter the folder', () => {
  const folder = join(newFolder(), 'data')
  readOrCreateSecret(folder)
  expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('processes that start at once all get the same secret, and leave nothing behind', async () => {
  const folder = join(newFolder(), 'data')
  const script = `import { readOrCreateSecret } from ${JSON.stringify(import.meta.resolve('./secret-file.ts'))}
    process.stdout.write(readOrCreateSecret(process.argv[1]))`
  const start = () =>
    promisify(execFile)(process.execPath, [
      '--conditions=development',
      '--input-type=module',
      '-e',
      script,
      folder,
    ])
  const answers = await Promise.all(Array.from({ length: 6 }, start))
  expect(new Set(answers.map(({ stdout }) => stdout))).toEqual(
    new Set([readFileSync(join(folder, 'secret'), 'utf8')]),
  )
  expect(readdirSync(folder)).toEqual(['secret'])
})

test('a folder that cannot be made is told in a sentence', () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'file'), '')
  expect(() => readOrCreateSecret(join(folder, 'file', 'data'))).toThrow(ConfigError)
  expect(() => readOrCreateSecret(join(folder, 'file'))).toThrow(/where no secret can be kept \(E[A-Z]+\)/)
  expect(() => readOrCreateSecret('/proc/latchkey')).toThrow(
    /a folder that this process can write, or a LATCHKEY_SECRET/,
  )
})

test.each(['', 'short', 'x'.repeat(2000)])('a damaged file is refused and not replaced (%#)', (content) => {
  const folder = newFolder()
  writeFileSync(join(folder, 'secret'), content)
  expect(() => readOrCreateSecret(folder)).toThrow('a file that does not hold a secret')
  expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe(content)
})

test('a folder in place of the file is refused', () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'secret'))
  expect(() => readOrCreateSecret(folder)).toThrow('where no secret can be kept (EISDIR)')
})

test('configured secrets are used as they are, and none is made in production', () => {
  const dataFolder = join(newFolder(), 'data')
  const ring = ['a', 'b'] as const
  expect(getSecretRing({ secret: ring, dataFolder, nodeEnv: 'production' })).toBe(ring)
  expect(() => getSecretRing({ secret: null, dataFolder, nodeEnv: 'production' })).toThrow(ConfigError)
  expect(() => statSync(dataFolder)).toThrow('ENOENT')
  expect(getSecretRing({ secret: null, dataFolder, nodeEnv: 'test' })).toEqual([
    readOrCreateSecret(dataFolder),
  ])
})

const newFolder = (): string => mkdtempSync(join(root, 'x'))
