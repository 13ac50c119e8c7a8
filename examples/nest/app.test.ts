import type { RequestListener } from 'node:http'
import { createVerifier } from '@latchkey/verify'
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common'
import { expect, onTestFinished, test } from 'vitest'
import { startIssuer } from '#test/support/issuer.ts'
import { listen } from '#test/support/listen.ts'
// Compiled: Nest wants decorators, which Node cannot run.
import { createApp } from './dist/app.js'

async function start(filters: ExceptionFilter[] = []) {
  const issuer = await startIssuer()
  const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience })
  const app = await createApp(verifier)
  app.useGlobalFilters(...filters)
  await app.init()
  const { origin, close } = listen(app.getHttpAdapter().getInstance() as RequestListener)
  onTestFinished(async () => {
    close()
    verifier.close()
    await app.close()
  })
  await issuer.newUser('ada@example.com')
  const ada = await issuer.signIn('ada@example.com')
  return { issuer, ada, ask }

  async function ask(method: string, path: string, token?: string, json?: unknown) {
    const answer = await fetch(origin + path, {
      method,
      headers: {
        origin: 'http://localhost:5173',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const text = await answer.text()
    const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>
    return { status: answer.status, headers: answer.headers, ...body }
  }
}

test('every route wants a caller, unless it is public', async () => {
  const { ada, ask } = await start()
  const nobody = await ask('GET', '/notes')
  expect(nobody).toMatchObject({ status: 401, code: 'unauthenticated' })
  expect(nobody.headers.get('www-authenticate')).toBe('Bearer')
  expect(nobody.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(nobody.headers.get('access-control-expose-headers')).toContain('www-authenticate')
  expect(nobody.headers.get('vary')).toBe('Origin, Authorization, X-API-Key')
  expect((await ask('POST', '/notes', ada.accessToken, { note: 'milk' })).status).toBe(201)
  expect(await ask('GET', '/notes', ada.accessToken)).toMatchObject({ notes: ['milk'] })
  expect((await ask('DELETE', '/notes', ada.accessToken)).status).toBe(204)
  expect(await ask('GET', '/notes/greeting')).toMatchObject({ status: 200, hello: 'stranger' })
  expect(await ask('GET', '/notes/greeting', ada.accessToken)).toMatchObject({ hello: ada.id })
  expect(await ask('GET', '/notes/greeting', 'nonsense')).toMatchObject({ status: 200, hello: 'stranger' })
})

test('what a controller asks and what its route asks must both be met', async () => {
  const { issuer, ada, ask } = await start()
  const root = issuer.root.accessToken
  expect(await ask('GET', '/reports', ada.accessToken)).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await ask('GET', '/reports', root)).status).toBe(200)
  // Ada lacks the role, and the administrator a second factor.
  expect(await ask('GET', '/reports/payroll', ada.accessToken)).toMatchObject({ status: 403 })
  const stepUp = await ask('GET', '/reports/payroll', root)
  expect(stepUp).toMatchObject({ status: 401, code: 'insufficient_user_authentication' })
  expect(stepUp.headers.get('www-authenticate')).toContain('acr_values="aal2"')
  expect(await ask('GET', '/reports/titles')).toMatchObject({ status: 200, reader: null })
})

test('a filter of the application answers in its own words, and the challenge stays', async () => {
  class OwnWords implements ExceptionFilter {
    catch(error: HttpException, host: ArgumentsHost) {
      host
        .switchToHttp()
        .getResponse<{ writeHead(status: number): { end(text: string): void } }>()
        .writeHead(error.getStatus())
        .end('In our own words.')
    }
  }
  Catch(HttpException)(OwnWords)
  const { ask } = await start([new OwnWords()])
  const answer = await ask('GET', '/notes', 'nonsense')
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
})
