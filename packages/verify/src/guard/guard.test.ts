import { createHash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { firstOf, must, textOf } from '#test/support/must.ts'
import { apiKey } from '#test/support/api-key.ts'
import { bindToken, signWith } from '#test/support/bound-token.ts'
import { startIssuer } from '#test/support/issuer.ts'
import type { AuthOptions } from './auth-options.ts'
import { createGuard } from './guard.ts'
import type { Incoming } from './incoming.ts'
import { createRequestAuth } from '../request.ts'
import type { RouteRequirement } from './route-requirement.ts'
import { createVerifier, type Verifier } from '../verifier/verifier.ts'

const publicUrl = 'https://api.example.com'
const page = { 'sec-fetch-site': 'same-origin', origin: publicUrl }
const goodKey = apiKey('good')
const badKey = apiKey('bad')
const cookie = { cookie: '__Host-latchkey-session=lks_good' }

/** A verifier whose issuer knows `lks_good` and the key and nothing else at introspection. */
async function introspecting(): Promise<Verifier> {
  const issuer = await startIssuer()
  const verifier = createVerifier({
    issuer: issuer.origin,
    audience: issuer.audience,
    credential: 'lkk_of-this-service',
    async fetch(url, init) {
      if (!url.endsWith('/oauth/introspect')) return await fetch(url, init)
      const kind = { lks_good: 'session', [goodKey]: 'api_key' }[
        must(new URLSearchParams(textOf(init.body)).get('token'))
      ]
      const now = Math.floor(Date.now() / 1000)
      return Response.json(
        kind
          ? { active: true, token_type: kind, iss: issuer.origin, sub: kind, auth_time: now }
          : { active: false },
      )
    },
  })
  onTestFinished(() => verifier.close())
  return verifier
}

function serve(verifier: Verifier, options: AuthOptions = {}, requirement: RouteRequirement = {}) {
  const handler = createRequestAuth(verifier, options).requireAuth(requirement, (_: Request, { sub }) =>
    Response.json({ sub }),
  )
  return async (headers: Record<string, string>, { method = 'GET', url = `${publicUrl}/notes?all` } = {}) => {
    const answer = await handler(new Request(url, { method, headers, redirect: 'manual' }))
    const body = (answer.status === 303 ? {} : await answer.json()) as {
      sub?: string
      code?: string
      reason?: string
    }
    return {
      status: answer.status,
      headers: answer.headers,
      challenge: answer.headers.get('www-authenticate'),
      ...body,
    }
  }
}

test('an API key comes in a header of its own or as bearer, and a session in its cookie alone', async () => {
  const verifier = await introspecting()
  const ask = serve(verifier, { publicUrl, cookie: true })
  expect(await ask({ 'x-api-key': goodKey })).toMatchObject({ status: 200, sub: 'api_key' })
  expect(await ask({ authorization: `Bearer ${goodKey}` })).toMatchObject({ status: 200, sub: 'api_key' })
  expect(await ask({ authorization: `bearer ${goodKey}`, 'x-api-key': goodKey })).toMatchObject({
    status: 200,
  })
  expect(await ask({ 'x-api-key': badKey })).toMatchObject({ code: 'invalid_token', reason: 'inactive' })
  expect(await ask(cookie)).toMatchObject({ status: 200, sub: 'session' })
  expect(await ask({ authorization: 'Bearer lks_good' })).toMatchObject({
    code: 'invalid_token',
    reason: 'malformed',
  })
  expect(await ask({ 'x-api-key': 'lks_good' })).toMatchObject({ code: 'unauthenticated' })
  expect(await ask({ cookie: `__Host-latchkey-session=${goodKey}` })).toMatchObject({ code: 'invalid_token' })
  // Anybody may set a cookie without the prefix, or smuggle one into the value of another.
  for (const planted of [
    'latchkey-session=lks_good',
    'a=b,__Host-latchkey-session=lks_good',
    'x__Host-latchkey-session=lks_good',
    '\u00a0__Host-latchkey-session=lks_good',
    '__Host-latchkey-session\u00a0=lks_good',
    '\t__Host-latchkey-session=lks_good',
    '__Host-latchkey-session\t=lks_good',
    '__host-latchkey-session=lks_good',
    '%5f_Host-latchkey-session=lks_good',
    '"__Host-latchkey-session"=lks_good',
    'a="; b; __Host-latchkey-session"=lks_good',
  ])
    expect(await ask({ cookie: `c=d; ${planted}` })).toMatchObject({ code: 'unauthenticated' })
  expect(await ask({ cookie: 'a=b; __Host-latchkey-session=lks_good; latchkey-hint=1' })).toMatchObject({
    status: 200,
  })
  expect(await ask({ cookie: `${cookie.cookie}; __Host-latchkey-session=lks_bad` })).toMatchObject({
    status: 400,
  })
  expect(await ask({ ...cookie, authorization: `Bearer ${goodKey}` })).toMatchObject({
    code: 'invalid_input',
  })
  // Plain http is for localhost, where browsers take no cookie with the prefix.
  const local = serve(verifier, { publicUrl: 'http://localhost:3000', cookie: true })
  expect(await local({ cookie: 'latchkey-session=lks_good' })).toMatchObject({ status: 200 })
  expect((await serve(verifier)(cookie)).code).toBe('unauthenticated')
})

test('a cookie changes nothing for a page of somebody else (ASVS V3.5.1)', async () => {
  const verifier = await introspecting()
  const app = 'https://app.example.com'
  const ask = serve(verifier, { publicUrl, cookie: true, allowedOrigins: [app] })
  const post = async (headers: Record<string, string>, method = 'POST') =>
    (await ask({ ...cookie, ...headers }, { method })).code ?? 'in'
  expect(await post(page)).toBe('in')
  expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe('in')
  expect(await post({ origin: publicUrl })).toBe('in')
  expect(await post({ 'sec-fetch-site': 'cross-site', origin: app })).toBe('in')
  expect(await post({ 'content-type': 'application/json' })).toBe('in')
  const forged: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
    { origin: `${publicUrl}.evil.example` },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'text/plain' },
  ]
  for (const headers of forged)
    expect(await post(headers), JSON.stringify(headers)).toBe('cross_site_request')
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    expect(await post(firstOf(forged), method)).toBe('cross_site_request')
  expect((await ask({ ...cookie, ...forged[0] }, { method: 'GET' })).status).toBe(200)
  // Credentials that browsers never send by themselves need no such care.
  expect((await ask({ 'x-api-key': goodKey, ...forged[0] }, { method: 'POST' })).status).toBe(200)
})

test('a person who opens a page is led to the sign-in page, and back to nowhere else', async () => {
  const verifier = await introspecting()
  const options = { publicUrl, cookie: true }
  const navigation = { 'sec-fetch-mode': 'navigate' }
  const ask = serve(verifier, options, { redirectTo: '/sign-in', mfa: true })
  const led = await ask(navigation)
  expect([led.status, led.headers.get('location')]).toEqual([303, '/sign-in?return_to=%2Fnotes%3Fall'])
  expect(led.headers.get('cache-control')).toBe('no-store')
  expect((await ask({ accept: 'text/html,*/*' })).status).toBe(303)
  expect((await ask({ ...navigation, cookie: '__Host-latchkey-session=lks_bad' })).status).toBe(303)
  // Only if a destination is configured.
  expect((await serve(verifier, options)(navigation)).status).toBe(401)
  // No page is opened, or the sign-in page would lead back at once.
  for (const headers of [
    { 'sec-fetch-mode': 'cors', accept: 'text/html' },
    { accept: 'application/json' },
    {},
  ])
    expect((await ask(headers)).status).toBe(401)
  for (const method of ['POST', 'HEAD']) expect((await ask(navigation, { method })).status).toBe(401)
  expect(await ask({ ...navigation, ...cookie })).toMatchObject({ code: 'insufficient_user_authentication' })

  const locationOf = async (target: string, redirectTo: string) => {
    const guard = createGuard(verifier, options)
    const incoming: Incoming = {
      method: 'GET',
      target,
      header: (name) => (name === 'sec-fetch-mode' ? 'navigate' : null),
    }
    const verdict = await guard.require({ redirectTo })(incoming)
    return verdict.ok ? null : verdict.refusal.headers['location']
  }
  for (const target of [
    '//evil.example',
    '/\\evil.example',
    '/a\nb',
    'https://evil.example',
    `/${'a'.repeat(2048)}`,
  ])
    expect(await locationOf(target, '/sign-in'), target).toBe('/sign-in')
  expect(await locationOf('/a', 'https://id.example.com/sign-in?ui_locales=de')).toBe(
    'https://id.example.com/sign-in?ui_locales=de&return_to=https%3A%2F%2Fapi.example.com%2Fa',
  )
})

test('what is misspelt guards nothing, and is therefore refused at once', async () => {
  const issuer = await startIssuer()
  const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience })
  const guard = createGuard(verifier)
  const wrong: object[] = [
    { roles: 'admin' },
    { role: '' },
    { role: ['admin'] },
    { mfa: 'yes' },
    { maxAge: '300' },
    { maxAge: -1 },
    { toString: 1 },
  ]
  for (const requirement of wrong)
    expect(() => guard.require(requirement as RouteRequirement), JSON.stringify(requirement)).toThrow(
      TypeError,
    )
  expect(() => guard.require({ redirectTo: '/sign-in' })).toThrow(/needs cookie: true/)
  expect(() => createGuard(verifier, { cookie: true })).toThrow(/needs publicUrl/)
  expect(() => createGuard(verifier, { cookies: true } as AuthOptions)).toThrow(/no option cookies/)
  expect(() => createGuard(verifier, { allowedOrigins: ['https://app.example.com/'] })).toThrow(
    /is no origin/,
  )
  expect(() => createGuard(verifier, { publicUrl: 'api.example.com' })).toThrow(
    /publicUrl is "api.example.com"/,
  )
})

test('a token that is bound to a key wants its proof, for the public address and no other (RFC 9449)', async () => {
  const issuer = await startIssuer()
  const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience })
  onTestFinished(() => verifier.close())
  const { token, prove } = await bindToken(issuer)
  const ask = serve(verifier, { publicUrl: `${publicUrl}/v1/` })
  const authorization = `DPoP ${token}`
  const here = `${publicUrl}/v1/notes`
  expect(await ask({ authorization, dpop: await prove(here) })).toMatchObject({ status: 200 })
  // The sender of a request writes its Host header.
  const url = 'https://attacker.example/notes'
  expect(await ask({ authorization, dpop: await prove(url) }, { url })).toMatchObject({
    reason: 'proof_invalid',
  })
  expect(await ask({ authorization, dpop: await prove(here) }, { url })).toMatchObject({ status: 200 })

  const used = await prove(here)
  expect((await ask({ authorization, dpop: used })).status).toBe(200)
  const replayed = await ask({ authorization, dpop: used })
  expect(replayed).toMatchObject({ status: 401, code: 'invalid_token', reason: 'proof_invalid' })
  expect(replayed.challenge).toMatch(/^DPoP error="invalid_dpop_proof", .*algs="ES256 EdDSA RS256 PS256"$/)
  expect((await ask({ authorization })).challenge).toMatch(/^DPoP error="invalid_dpop_proof"/)
  const bearer = await ask({ authorization: `Bearer ${token}` })
  expect(bearer.challenge).toMatch(/^DPoP error="invalid_token"/)
  expect((await ask({ authorization: 'DPoP nonsense' })).challenge).toMatch(/^DPoP error="invalid_token"/)
  const narrow = await serve(
    verifier,
    { publicUrl },
    { scope: 'x' },
  )({ authorization, dpop: await prove(`${publicUrl}/notes`) })
  expect(narrow.challenge).toMatch(/^DPoP error="insufficient_scope", .*scope="x"$/)
  // Without its own address a service cannot check proofs.
  expect((await serve(verifier)({ authorization, dpop: await prove(here) })).reason).toBe('proof_missing')
})

test('a token that is bound to a client certificate wants that of the connection (RFC 8705)', async () => {
  const issuer = await startIssuer()
  const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience })
  onTestFinished(() => verifier.close())
  const certificate = Buffer.from('the DER of a certificate')
  const token = await signWith(issuer, {
    'x5t#S256': createHash('sha256').update(certificate).digest('base64url'),
  })
  const check = createGuard(verifier).require({})
  const ask = async (shown?: Uint8Array) => {
    const header = (name: string) => (name === 'authorization' ? `Bearer ${token}` : null)
    const verdict = await check({ method: 'GET', target: '/', header, certificate: () => shown })
    return verdict.ok
      ? 'in'
      : [verdict.refusal.error?.code, verdict.refusal.headers['www-authenticate']?.slice(0, 28)]
  }
  expect(await ask(certificate)).toBe('in')
  for (const shown of [Buffer.from('another'), undefined])
    expect(await ask(shown)).toEqual(['wrong_certificate', 'Bearer error="invalid_token"'])
})

test('refusals of guarded routes can be logged, with their causes', async () => {
  const log: unknown[] = []
  const issuer = await startIssuer()
  const verifier = createVerifier({
    issuer: issuer.origin,
    audience: issuer.audience,
    fetch: () => Promise.reject(new TypeError('no route to host')),
  })
  onTestFinished(() => verifier.close())
  const ask = serve(verifier, { onRefusal: ({ code, error }) => log.push([code, String(error?.cause)]) })
  await ask({})
  await ask({ authorization: `Bearer ${issuer.root.accessToken}` })
  expect(log).toEqual([
    ['unauthenticated', 'undefined'],
    ['unavailable', expect.stringContaining('IssuerError')],
  ])
})
