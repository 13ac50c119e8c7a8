import { html } from 'hono/html'
import { expect, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { hotp, hotpCode } from '#test/support/hotp.ts'
import { openTestServer } from '#test/support/test-server.ts'
import { Visitor } from '#test/support/visitor.ts'
import { defineMethod, type Method } from '../../methods/method.ts'
import { languages } from '../../page-kit/words/languages.ts'

const password = 'seven quiet otters swim'
const email = 'ada@example.com'

/** A method that people see and that proves nothing. */
const seen = (shown: Partial<Pick<Method, 'name' | 'scripts'>> = {}, script?: URL): Method =>
  defineMethod({
    name: 'seen',
    amr: ['otp'],
    migrations: [],
    ...shown,
    prepare: () => ({
      lifecycle: { holds: {}, countUsable: async () => 0, exportUserData: async () => ({}) },
      serve: () => ({
        routes: [],
        pages({ assets }) {
          const address = script ? assets.url(script) : 'Seen'
          return { signIn: [{ name: 'seen', view: () => html`<a href="/seen">${address}</a>` }] }
        },
      }),
    }),
  })

test('a method of an application brings its page, which calls its route by the same rules', async () => {
  await using server = await openTestServer({}, {}, [hotp])
  await server.send('POST', '/api/auth/register', { json: { email, password } })
  const visitor = new Visitor(server)
  const refused = await visitor.submit(await visitor.open('/hotp'), {})
  expect(refused.status).toBe(303)
  expect(refused.location).toMatch(/^\/sign-in\?return_to=%2Fhotp/)

  const signedIn = await visitor.submit(await visitor.open(must(refused.location)), { email, password })
  expect(signedIn.location).toMatch(/^\/hotp/)
  const shown = await visitor.submit(await visitor.open(must(signedIn.location)), {})
  const [, secret = ''] = /<code>([0-9a-f]{40})<\/code>/.exec(shown.text) ?? []

  const next = new Visitor(server)
  const asked = await next.submit(await next.open('/sign-in'), { email, password })
  const step = await next.open(must(asked.location))
  expect(step.text).toContain('the code of your token')
  const done = await next.submit(step, { code: hotpCode(Buffer.from(secret, 'hex'), 0) })
  expect([done.status, done.location]).toEqual([303, '/account'])
})

test('its words are in the language of the page', async () => {
  await using server = await openTestServer({}, {}, [hotp])
  const titles = []
  for (const language of languages) {
    const { text } = await new Visitor(server).open(`/hotp?ui_locales=${language}`)
    expect(text).toContain(`<html lang="${language}"`)
    titles.push(/<h1>([^<]*)<\/h1>/.exec(text)?.[1])
  }
  expect(titles).toEqual(['Your token', 'Ihr Token', 'Su token', 'Votre jeton', 'O seu token', 'トークン'])
})

test('its entry stands on the page to sign in, after those that the setting names', async () => {
  const script = new URL('../../methods/passkey/passkeys.js', import.meta.url)
  await using server = await openTestServer({ signInMethods: ['email-code', 'password'] }, {}, [
    seen({ scripts: [script] }, script),
  ])
  const { text } = await new Visitor(server).open('/sign-in')
  const [, address = ''] = /href="\/seen">([^<]+)</.exec(text) ?? []
  expect(text.indexOf('href="/sign-in/email-code"')).toBeGreaterThan(0)
  expect(text.indexOf('href="/seen"')).toBeGreaterThan(text.indexOf('href="/sign-in/email-code"'))
  const served = await server.send('GET', address)
  expect([served.status, served.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
})

test('a script that the method does not list, and a route that is not mounted, are told at the start', async () => {
  const script = new URL('elsewhere.js', import.meta.url)
  await expect(openTestServer({}, {}, [seen({}, script)])).rejects.toThrow('among the scripts of its method')
  const lost = defineMethod({
    ...seen({ name: 'lost' }),
    prepare: (core) => ({
      ...seen().prepare(core),
      serve: () => ({ routes: [], pages: (site) => (site.routeOf({ id: 'nowhere' }), {}) }),
    }),
  })
  await expect(openTestServer({}, {}, [lost])).rejects.toThrow('the route nowhere is not mounted')
})
