import { expect, test } from 'vitest'
import { hours } from '@latchkey/contract'
import { firstOf, must } from '#test/support/must.ts'
import { createTestLatchkey, stores } from '#test/support/test-latchkey.ts'
import { type CookieName, cookieNames, createCookie, parseCookies } from './cookie.ts'

const everyName: CookieName[] = [...cookieNames, 'latchkey-trusted-0123456789ab']
const value = 'lks_value'

/** Look-alikes of a name of ours that a sibling domain, a careless proxy or another library could make. */
const lookAlikes: Record<string, (name: string) => string> = {
  'no-break space before': (name) => `\u00a0${name}=${value}`,
  'no-break space after': (name) => `${name}\u00a0=${value}`,
  'narrow no-break space': (name) => `\u202f${name}=${value}`,
  'byte order mark': (name) => `\ufeff${name}=${value}`,
  'vertical tab': (name) => `\u000b${name}=${value}`,
  'form feed': (name) => `\u000c${name}=${value}`,
  'line feed': (name) => `\n${name}=${value}`,
  'carriage return': (name) => `\r${name}=${value}`,
  NUL: (name) => `\u0000${name}=${value}`,
  'tab inside': (name) => `${name.replace('-', '\t-')}=${value}`,
  'upper case': (name) => `${name.toUpperCase()}=${value}`,
  'case of one letter': (name) => `${name.replace('y', 'Y')}=${value}`,
  'fullwidth letter': (name) => `${name.replace('l', 'ｌ')}=${value}`,
  'encoded letter': (name) => `${name.replace('-', '%2d')}=${value}`,
  'encoded equals sign': (name) => `${name}%3d${value}`,
  'quoted name': (name) => `"${name}"=${value}`,
  'quoted value': (name) => `${name}="${value}"`,
  'inside a quoted value': (name) => `a="x, ${name}=${value}"`,
  'after a comma': (name) => `a=b, ${name}=${value}`,
  'second equals sign before': (name) => `=${name}=${value}`,
  'suffix of a longer name': (name) => `x${name}=${value}`,
  'prefix of a longer name': (name) => `${name}x=${value}`,
  'value with a space': (name) => `${name}=${value} ${value}`,
  'value with a no-break space': (name) => `${name}=${value}\u00a0`,
  'value with a control character': (name) => `${name}=\u0001${value}`,
  'name alone': (name) => name,
}

for (const secure of [true, false]) {
  const scheme = secure ? 'https' : 'http'

  test.each(everyName)(
    `${scheme}: %s is taken for no look-alike of its name (ASVS V3.3.1, V3.3.3)`,
    (plain) => {
      const cookie = createCookie(plain, { secure, sameSite: 'lax' })
      for (const [kind, plant] of Object.entries(lookAlikes)) {
        const planted = plant(cookie.name)
        const read = (header: string) => cookie.read({ cookies: parseCookies(header) })
        expect(read(planted), kind).toEqual([])
        expect(read(`a=b; ${planted}; c=d`), kind).toEqual([])
        // And what is planted hides nothing.
        expect(read(`${planted}; ${cookie.name}=own`), kind).toEqual(['own'])
        expect(read(`${cookie.name}=own; ${planted}`), kind).toEqual(['own'])
      }
    },
  )

  test.each(everyName)(`${scheme}: %s is read as it was set, every occurrence of it`, (plain) => {
    const cookie = createCookie(plain, { secure, sameSite: 'strict' })
    const pair = (text: string) => firstOf(cookie.set(text).split(';'))
    const read = (header: string) => cookie.read({ cookies: parseCookies(header) })
    expect(read(pair('lks_A-z0.9='))).toEqual(['lks_A-z0.9='])
    expect(read(`${pair('one')}; a=b; ${pair('two')};${pair('three')}`)).toEqual(['one', 'two', 'three'])
    // A value is never decoded.
    expect(read(`${cookie.name}=%61`)).toEqual(['%61'])
  })
}

test('scripts read only what holds no secret, and that has no prefix', () => {
  const readable = cookieNames.filter((plain) => {
    const cookie = createCookie(plain, { secure: true, sameSite: 'lax' })
    expect(cookie.set('x')).toMatch(/; Secure; SameSite=Lax$/)
    expect(cookie.name.startsWith('__Host-')).toBe(cookie.set('x').includes('; HttpOnly'))
    return !cookie.set('x').includes('; HttpOnly')
  })
  expect(readable).toEqual(['latchkey-hint', 'latchkey-last-method', 'latchkey-language', 'latchkey-theme'])
})

test('a cookie is set with its age, ends with the browser without one, and is cleared with the same attributes', () => {
  const cookie = createCookie('latchkey-session', { secure: true, sameSite: 'strict' })
  const attributes = 'Path=/; HttpOnly; Secure; SameSite=Strict'
  expect(cookie.attributes).toBe(attributes)
  expect(cookie.set('x', hours(1))).toBe(`__Host-latchkey-session=x; Max-Age=3600; ${attributes}`)
  expect(cookie.set('x', null)).toBe(`__Host-latchkey-session=x; ${attributes}`)
  expect(cookie.set('x', -5 as never)).toBe(`__Host-latchkey-session=x; Max-Age=0; ${attributes}`)
  expect(cookie.clear()).toBe(`__Host-latchkey-session=; Max-Age=0; ${attributes}`)
})

test.each(['a;b', 'a b', 'a\r\nset-cookie: b=c', 'ä'])('%j is no value of a cookie', (text) => {
  const cookie = createCookie('latchkey-session', { secure: true, sameSite: 'lax' })
  expect(() => cookie.set(text)).toThrow(TypeError)
})

test.each(['__proto__', 'constructor', 'toString'])('a cookie named %s is one like others', (name) => {
  expect([...parseCookies(`${name}=a; ${name}=b`)]).toEqual([[name, ['a', 'b']]])
})

test.each(stores)('%s: a session under a look-alike of its name signs nobody in', async (store) => {
  const { browser } = await createTestLatchkey({ store, publicUrl: 'https://auth.example.com' })
  const owner = browser()
  await owner.send('/api/auth/register', {
    body: { email: 'ada@example.com', password: 'correct horse battery', sessionKind: 'cookie' },
  })
  const name = '__Host-latchkey-session'
  const token = must(owner.cookies.get(name))
  const statusOf = async (cookie: string) =>
    (await owner.send('/api/auth/session', { bare: true, headers: { cookie } })).status
  expect(await statusOf(`${name}=${token}`)).toBe(200)
  // Only characters that a header can carry; Request itself strips spaces around the whole.
  for (const planted of ['\u00a0', '%20', '"', 'x', '='])
    expect(await statusOf(`a=b; ${planted}${name}=${token}`), planted).toBe(401)
})
