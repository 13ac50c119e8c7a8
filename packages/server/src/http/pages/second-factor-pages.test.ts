import { expect, test } from 'vitest'
import { textsOf } from '#test/support/texts-of.ts'
import { firstOf, must } from '#test/support/must.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { openTestServer, type TestServer } from '#test/support/test-server.ts'
import { Visitor } from '#test/support/visitor.ts'
import { defineMethod } from '../../methods/method.ts'

const password = 'seven quiet otters swim'
const email = 'ada@example.com'

/** A factor that asks: its code leaves by another way, here into a list. */
const posted: string[] = []
const byPost = defineMethod({
  name: 'by-post',
  amr: ['otp'],
  migrations: [],
  prepare: ({ ports }) => ({
    lifecycle: {
      holds: {},
      countUsable: async () => 1,
      exportUserData: async () => ({}),
    },
    factor: {
      name: 'by-post',
      amr: ['otp'],
      isEnrolled: async () => true,
      async begin() {
        const code = Buffer.from(ports.randomBytes(4)).toString('hex')
        posted.push(code)
        return { options: {}, state: { code } }
      },
      verify: async (_, { answer, state }) =>
        'code' in answer && state !== null && answer.code === state['code'] ? async () => true : null,
    },
    serve: () => ({ routes: [] }),
  }),
})

test('after the password a page asks for the code, and leads on to where the person wanted to go', async () => {
  await using server = await openTestServer({}, {}, [hotp])
  const press = await enrol(server)
  const visitor = new Visitor(server)
  const asked = await signIn(visitor, '/sign-in?return_to=/account/devices')
  expect(asked.text).toContain('One more step')
  expect(asked.text).toContain('autocomplete="one-time-code"')
  expect([...visitor.cookies.keys()]).toEqual(['latchkey-sign-in'])

  const wrong = await visitor.submit(asked, { code: '000000' })
  expect([wrong.status, wrong.text.includes('The code is wrong or was used already.')]).toEqual([401, true])
  // Spaces come along with a paste.
  const right = await visitor.submit(wrong, { code: ` ${press().replace(/(...)/, '$1 ')} ` })
  expect([right.status, right.location]).toEqual([303, '/account/devices'])
  expect([...visitor.cookies.keys()]).toContain('latchkey-refresh-0')
})

test('a ticket that is used up, wrong or too often tried leads back to the start', async () => {
  await using server = await openTestServer({ limitScale: 100 }, {}, [hotp])
  const press = await enrol(server)
  const visitor = new Visitor(server)
  let page = await signIn(visitor)
  const { action } = page
  for (let tries = 0; tries < 5; tries++) page = await visitor.submit(page, { code: '000000' })
  const dead = await visitor.submit(page, { code: press() })
  expect([dead.status, dead.text.includes('Sign in again')]).toEqual([400, true])
  expect((await visitor.open(`${action}?token=wrong`)).status).toBe(400)
  expect((await visitor.open(action)).status).toBe(400)
})

test('opening the page sends nothing; the button does, and each factor has a way of its own', async () => {
  await using server = await openTestServer({}, {}, [hotp, byPost])
  await register(server)
  const visitor = new Visitor(server)
  const asking = await signIn(visitor)
  expect(asking.text).toContain('by-post')
  expect([posted.length, asking.text.includes('Send the code')]).toEqual([0, true])
  const sent = await visitor.submit(asking, {})
  expect([sent.status, posted.length]).toEqual([303, 1])
  const answering = await visitor.open(must(sent.location))
  expect(posted).toHaveLength(1)
  expect((await visitor.submit(answering, { code: firstOf(posted) })).status).toBe(303)
  expect([...visitor.cookies.keys()]).toContain('latchkey-refresh-0')
})

test('a form from another site is refused, and hostile values are text', async () => {
  await using server = await openTestServer({}, {}, [hotp])
  const press = await enrol(server)
  const visitor = new Visitor(server)
  const page = await signIn(visitor)
  const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  expect((await visitor.submit(page, { code: press() }, crossSite)).status).toBe(403)
  const hostile = await visitor.submit(page, { code: '"><script>alert(1)</script>' })
  expect(hostile.text).not.toContain('<script>alert')
  const strange = await visitor.submit(page, { code: press(), factor: '"><script>alert(1)</script>' })
  expect(strange.text).not.toContain('<script>alert')
})

async function signIn(visitor: Visitor, path = '/sign-in') {
  const answer = await visitor.submit(await visitor.open(path), { email, password })
  expect(answer.status).toBe(303)
  expect(answer.location).toMatch(/^\/second-factor\?token=/)
  return await visitor.open(must(answer.location))
}

async function register(server: TestServer): Promise<string> {
  const answer = await server.send('POST', '/api/auth/register', { json: { email, password } })
  return (await textsOf(answer, 'accessToken')).accessToken
}

/** Returns how to press the button. */
async function enrol(server: TestServer): Promise<() => string> {
  const accessToken = await register(server)
  const answer = await server.send('POST', '/api/auth/hotp', { accessToken })
  const { secret } = await textsOf(answer, 'secret')
  let counter = 0
  return () => hotpCode(Buffer.from(secret, 'hex'), counter++)
}
