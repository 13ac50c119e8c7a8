import { expect, test } from 'vitest'
import { mostNotes, type Note } from './server/notes.ts'
import { openSite, type Site } from './site.ts'
import { textsOf } from '#test/support/texts-of.ts'
import { must } from '#test/support/must.ts'

const password = 'seven quiet otters swim'

test('people write, read, change and delete their own notes', async () => {
  await using site = await openSite()
  const ada = await signUp(site, 'ada@example.com')
  const created = await ada('POST', '/api/notes', { text: '  milk ' })
  expect(created.status).toBe(201)
  const note = (await created.json()) as Note
  expect(note).toMatchObject({ text: 'milk' })
  expect(created.headers.get('location')).toBe(`/api/notes/${note.id}`)
  await ada('POST', '/api/notes', { text: 'tea' })

  expect((await ada('PATCH', `/api/notes/${note.id}`, { text: 'oat milk' })).status).toBe(200)
  expect(await (await ada('GET', `/api/notes/${note.id}`)).json()).toEqual({ ...note, text: 'oat milk' })
  expect(await noteTextsOf(ada('GET', '/api/notes'))).toEqual(['tea', 'oat milk'])
  expect((await ada('DELETE', `/api/notes/${note.id}`)).status).toBe(204)
  expect((await ada('DELETE', `/api/notes/${note.id}`)).status).toBe(404)
  expect(await noteTextsOf(ada('GET', '/api/notes'))).toEqual(['tea'])
})

test('the notes of others are answered like notes that do not exist', async () => {
  await using site = await openSite()
  const ada = await signUp(site, 'ada@example.com')
  const bea = await signUp(site, 'bea@example.com')
  const { id } = (await (await ada('POST', '/api/notes', { text: 'secret' })).json()) as Note
  expect(await noteTextsOf(bea('GET', '/api/notes'))).toEqual([])
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const body = method === 'PATCH' ? { text: 'mine now' } : undefined
    const [foreign, missing] = [
      await bea(method, `/api/notes/${id}`, body),
      await bea(method, '/api/notes/00000000-0000-4000-8000-000000000000', body),
    ]
    expect([foreign.status, await foreign.text()], method).toEqual([404, await missing.text()])
  }
  expect((await bea('GET', '/api/notes/everyone')).status).toBe(403)
  expect(await noteTextsOf(ada('GET', '/api/notes'))).toEqual(['secret'])
})

test('an administrator reads everybody’s notes and changes none', async () => {
  await using site = await openSite()
  const ada = await signUp(site, 'ada@example.com')
  const { id } = (await (await ada('POST', '/api/notes', { text: 'secret' })).json()) as Note
  const root = await administrator(site)
  expect(await noteTextsOf(root('GET', '/api/notes/everyone'))).toEqual(['secret'])
  expect(await noteTextsOf(root('GET', '/api/notes'))).toEqual([])
  expect((await root('GET', `/api/notes/${id}`)).status).toBe(200)
  expect((await root('PATCH', `/api/notes/${id}`, { text: 'changed' })).status).toBe(404)
  expect((await root('DELETE', `/api/notes/${id}`)).status).toBe(404)
  expect(await noteTextsOf(ada('GET', '/api/notes'))).toEqual(['secret'])
})

test('without a token, or with a wrong one, nothing is answered', async () => {
  await using site = await openSite()
  for (const token of [null, 'nonsense']) {
    for (const path of ['/api/notes', '/api/notes/everyone', '/api/notes/1']) {
      const answer = await callWith(site, token)('GET', path)
      expect(answer.status, path).toBe(401)
      expect(answer.headers.get('www-authenticate'), path).toMatch(/^Bearer/)
    }
    expect((await callWith(site, token)('POST', '/api/notes', { text: 'milk' })).status).toBe(401)
  }
})

test('input that does not fit is refused, field by field', async () => {
  await using site = await openSite()
  const ada = await signUp(site, 'ada@example.com')
  const faulty: [unknown, string][] = [
    [{}, 'body.text'],
    [{ text: '   ' }, 'body.text'],
    [{ text: 7 }, 'body.text'],
    [{ text: 'x'.repeat(2001) }, 'body.text'],
    [{ text: 'milk', ownerId: 'somebody' }, 'body'],
    [[], 'body'],
  ]
  for (const [body, path] of faulty) {
    const answer = await ada('POST', '/api/notes', body)
    expect(answer.status, JSON.stringify(body)).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(await answer.json(), JSON.stringify(body)).toMatchObject({ errors: [{ path }] })
  }
  expect((await ada('POST', '/api/notes', 'x'.repeat(20_000))).status).toBe(413)
  expect((await ada('POST', '/api/notes', undefined, '{"text":')).status).toBe(400)
  expect(await noteTextsOf(ada('GET', '/api/notes'))).toEqual([])
})

test('nobody has more notes than a list shows', async () => {
  await using site = await openSite()
  const ada = await signUp(site, 'ada@example.com')
  for (let held = 0; held < mostNotes; held++) await ada('POST', '/api/notes', { text: `${held}` })
  expect((await ada('POST', '/api/notes', { text: 'one more' })).status).toBe(409)
  expect(await noteTextsOf(ada('GET', '/api/notes'))).toHaveLength(mostNotes)
})

test('after log-out the token is refused at once, although it has not expired', async () => {
  await using site = await openSite()
  const ada = await signUp(site, 'ada@example.com')
  await ada('POST', '/api/auth/logout', {})
  expect(await (await ada('GET', '/api/notes')).json()).toMatchObject({ code: 'token_revoked' })
})

test('the notes of an account that was deleted are gone', async () => {
  await using site = await openSite()
  const ada = await signUp(site, 'ada@example.com')
  await ada('POST', '/api/notes', { text: 'secret' })
  expect((await ada('DELETE', '/api/auth/me')).status).toBe(204)
  expect(await noteTextsOf((await administrator(site))('GET', '/api/notes/everyone'))).toEqual([])
})

test('what is missing below the API and the assets is no page, and what cannot be read is no fault of ours', async () => {
  await using site = await openSite()
  for (const [path, status] of [
    ['/api/nothing', 404],
    ['/assets/of-an-older-release.js', 404],
    ['/%E0', 400],
  ] as const) {
    const answer = await fetch(site.origin + path)
    expect([answer.status, answer.headers.get('content-type')], path).toEqual([
      status,
      expect.stringContaining('application/problem+json'),
    ])
  }
})

type Call = (method: string, path: string, json?: unknown, text?: string) => Promise<Response>

const callWith =
  ({ origin }: Site, token: string | null): Call =>
  (method, path, json, text = json === undefined ? undefined : JSON.stringify(json)) =>
    fetch(origin + path, {
      method,
      headers: {
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      ...(text !== undefined && { body: text }),
    })

async function signUp(site: Site, email: string): Promise<Call> {
  const answer = await callWith(site, null)('POST', '/api/auth/register', { email, password })
  const { accessToken } = await textsOf(answer, 'accessToken')
  return callWith(site, accessToken)
}

async function administrator(site: Site): Promise<Call> {
  const token = new URL(must(await site.server.latchkey.setUpLink())).searchParams.get('token')
  const who = { email: 'root@example.com', password }
  await callWith(site, null)('POST', '/api/auth/setup', { token, ...who })
  const answer = await callWith(site, null)('POST', '/api/auth/login', who)
  const { accessToken } = await textsOf(answer, 'accessToken')
  return callWith(site, accessToken)
}

async function noteTextsOf(answer: Promise<Response>): Promise<string[]> {
  const { notes } = (await (await answer).json()) as { notes: Note[] }
  return notes.map(({ text }) => text)
}
