import { expect, test } from 'vitest'
import { openTestServer } from '#test/support/test-server.ts'

test.each([
  ['an answer', 'GET', '/livez', {}, 200],
  ['a page', 'GET', '/sign-in', {}, 200],
  ['a refusal', 'GET', '/api/auth/me', {}, 401],
  ['bad input', 'POST', '/api/auth/login', { json: {} }, 400],
  ['nothing there', 'GET', '/nowhere', {}, 404],
  ['a method too many', 'DELETE', '/api/auth/login', {}, 405],
  ['a refusal of OAuth', 'POST', '/oauth/introspect', { json: {} }, 401],
] as const)('%s names its request in a header, as in its body', async (_, method, path, options, status) => {
  await using server = await openTestServer()
  const answer = await server.send(method, path, options)
  expect(answer.status).toBe(status)
  const id = answer.headers.get('x-request-id')
  expect(id).toMatch(/^req_/)
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return
  expect(await answer.json()).toMatchObject({ requestId: id })
})
