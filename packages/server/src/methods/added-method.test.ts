import type { SignedIn, UserId } from '@latchkey/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { spokenWord } from '#test/support/spoken-word/method.ts'
import { findWord } from '#test/support/spoken-word/store.ts'
import { refusals, words } from '#test/support/spoken-word/words.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { Visitor } from '#test/support/visitor.ts'
import { languages } from '../page-kit/words/languages.ts'

/*
 * Whatever a method has comes from its folder: this one is known to nobody, stands on what the package exports, and is there
 * everywhere.
 */
const password = 'seven quiet otters swim'
const email = 'ada@example.com'

describe('a method that is added', () => {
  let server: TestServer
  let visitor: Visitor
  let userId: UserId

  beforeAll(async () => {
    server = await openTestServer({}, {}, [spokenWord])
    const registered = await server.send('POST', '/api/auth/register', { json: { email, password } })
    userId = ((await registered.json()) as SignedIn).user.id as UserId
    visitor = new Visitor(server)
    await visitor.submit(await visitor.open('/sign-in'), { email, password })
    return () => server[Symbol.asyncDispose]()
  })

  test('has its routes in the description of the API', async () => {
    const { paths } = server.latchkey.http.describe()
    expect(Object.keys(paths).filter((path) => path.includes('spoken-word'))).toEqual([
      '/api/auth/spoken-word',
      '/api/auth/spoken-word/forget',
    ])
  })

  test('stands on the page to sign in', async () => {
    expect((await new Visitor(server).open('/sign-in')).text).toContain('href="/spoken-word"')
  })

  test.each(languages)('speaks %s, also of what it refuses', async (language) => {
    const page = await visitor.open(`/spoken-word/forget?ui_locales=${language}`)
    expect(page.text).toContain(words.title({ language }))
    const refused = await visitor.submit(page, {})
    expect(refused.status).toBe(404)
    expect(refused.text).toContain(refusals.factor_not_found({ language }))
  })

  test('keeps its rows, sends its mail, and is asked for at the next sign-in', async () => {
    const chosen = await visitor.submit(await visitor.open('/spoken-word'), {})
    expect([chosen.status, chosen.location]).toEqual([303, '/spoken-word/forget'])
    await expect
      .poll(async () => (await server.mailTo(email)).subject)
      .toContain('Your spoken word was chosen')

    const next = new Visitor(server)
    const asked = await next.submit(await next.open('/sign-in'), { email, password })
    const step = await next.open(asked.location as string)
    expect(step.text).toContain('your spoken word')
    expect((await next.submit(step, { code: 'weasel' })).status).toBe(401)
    const done = await next.submit(step, { code: 'otter' })
    expect([done.status, done.location]).toEqual([303, '/account'])
  })

  test('goes with the account', async () => {
    const { db, users } = server.latchkey.services
    expect(await findWord(db, userId)).toBe('otter')
    await users.remove(userId)
    expect(await findWord(db, userId)).toBeNull()
  })
})
