import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { decidePassword, isPasswordTooLong, type PasswordContext } from './password-policy.ts'

test.each([
  'correct horse battery staple',
  'q7#mZ9$k',
  'ÄÖÜäöüßß',
  '全部漢字的密碼八',
  '🔑🪪🧷🗝️🧰🪝🧲🪛',
  'lower case words without a digit',
  'x'.repeat(4).concat('yz12', '!'.repeat(56)),
  '    spaces count    ',
])('%j is fine: no composition rules, at least 64 characters allowed (ASVS V6.2.5, V6.2.9)', (password) => {
  expect(decidePassword(password)).toBe('ok')
})

test('at least eight characters, counted in code points after NFC (ASVS V6.2.1)', () => {
  expect(decidePassword('q7#mZ9$')).toBe('too_short')
  expect(decidePassword('')).toBe('too_short')
  expect(decidePassword('🔑🪪🧷🧰')).toBe('too_short')
  expect(decidePassword('zw\u0308iqa\u0308kp')).toBe('too_short')
})

test('at most 1024 characters, and longer ones are refused before anything is computed', () => {
  const many = Array.from({ length: 1024 }, (_, at) => String.fromCodePoint(0x4e00 + at * 7)).join('')
  expect(decidePassword(many)).toBe('ok')
  expect(decidePassword(`${many}x`)).toBe('too_long')
  expect(isPasswordTooLong('x'.repeat(1024))).toBe(false)
  const begun = performance.now()
  expect(decidePassword('e\u0301'.repeat(20_000_000))).toBe('too_long')
  expect(performance.now() - begun).toBeLessThan(500)
})

test.each(['\0', '\n', '\t', '\x7f', '\x85', '\ud800'])('the character %j is refused', (character) => {
  expect(decidePassword(`q7#mZ${character}9$kp`)).toBe('forbidden_character')
})

test.each([
  'password',
  'PassWord',
  'iloveyou',
  'football1',
  'p@ssw0rd',
  'P@$$w0rd2024!',
  'password2024!',
  'Dragon2024!',
  '!!sunshine99',
  'ｐａｓｓｗｏｒｄ',
  'aaaaaaaaaaaaaaaa',
  'ababababab',
  'aabababbabaa',
  'abcabcabcab',
  '23456789',
  '98765432',
  'stuvwxyz',
])('%j is too common (ASVS V6.2.4)', (password) => {
  expect(decidePassword(password)).toBe('too_common')
})

test('at least 3,000 of the most common passwords that would be long enough are refused (ASVS V6.2.4)', async () => {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const common = dictionary['passwords-common'].filter((password) => password.length >= 8)
  expect(common.length).toBeGreaterThan(3000)
  expect(common.filter((password) => decidePassword(password) !== 'too_common')).toEqual([])
})

const context: PasswordContext = {
  email: 'Jane.Doe@mail.Example.com',
  name: 'Jane Müller-Doe',
  appName: 'Acme ID',
}

test.each([
  'jane.doe@mail.example.com',
  'JaneDoe1990',
  'doe.jane!!',
  'example.com',
  'mail.example',
  'MÜLLER2024',
  'Müller-Doe 1',
  'acmeid2024',
  'Acme Jane 7',
  'latchkey1!',
  'LatchKey',
])('%j is too close to the person (ASVS V6.2.11)', (password) => {
  expect(decidePassword(password, context)).toBe('too_personal')
})

test.each(['jane likes rhubarb', 'examples of trouble', 'q7#mZ9$k', 'comcomputer'])(
  '%j is far enough from the person',
  (password) => {
    expect(decidePassword(password, context)).toBe('ok')
  },
)

test('a longer word is taken away before a shorter one that it begins with', () => {
  expect(decidePassword('janesplumbing12', { email: 'jane@janesplumbing.com' })).toBe('too_personal')
})

test('a context of short, empty or odd words refuses nothing by itself', () => {
  const odd: PasswordContext = { email: 'a@b.co', name: '', appName: ' .*+? ' }
  expect(decidePassword('q7#mZ9$k', odd)).toBe('ok')
  expect(decidePassword('q7#mZ9$k', { name: null })).toBe('ok')
  expect(decidePassword('qa7ab#aba9', { name: 'A B' })).toBe('ok')
  // Eight characters, of which folding makes four.
  expect(decidePassword('ｶﾞｷﾞｸﾞｹﾞ')).toBe('ok')
})

test('the list of common passwords is read only when it is needed, quickly, and takes little memory', async () => {
  const script = `
    const { decidePassword } = await import(${JSON.stringify(import.meta.resolve('./password-policy.ts'))})
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    const begun = performance.now()
    decidePassword('q7#mZ9$k')
    const took = performance.now() - begun
    globalThis.gc()
    console.log(JSON.stringify({ took, bytes: process.memoryUsage().heapUsed - before }))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=development',
    '--expose-gc',
    '--input-type=module',
    '-e',
    script,
  ])
  const { took, bytes } = JSON.parse(stdout) as { took: number; bytes: number }
  expect(took).toBeLessThan(1000)
  expect(bytes).toBeGreaterThan(1_000_000)
  expect(bytes).toBeLessThan(6_000_000)
})
