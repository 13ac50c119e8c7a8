import type { SignedIn } from '@latchkey/contract'
import { expect } from 'vitest'
import { createTestLatchkey, type Store, type TestLatchkey, type TestOptions } from './test-latchkey.ts'
import { must } from './must.ts'

/** An answer as the tests of the administration look at it. */
export interface Answered<Shape = Body> {
  status: number
  body: Shape
}

/** The fields that tests look into by name; each test knows what it asked for. */
export interface Body {
  [field: string]: unknown
  id: string
  email: string
  code: string
  roles: string[]
  permissions: string[]
  items: Body[]
  nextCursor: string | null
}

export interface SignedInUser {
  id: string
  email: string
  accessToken: string
  refreshToken: string
}

export interface Administration extends TestLatchkey {
  /** One request, without cookies, from below `/api`. */
  call<Shape = Body>(
    method: string,
    path: string,
    input?: { token?: string; body?: unknown },
  ): Promise<Answered<Shape>>
  signIn(email: string): Promise<SignedInUser>
  /** The first administrator, made by the set-up link. */
  root: SignedInUser
  newUser(email: string, fields?: Record<string, unknown>, token?: string): Promise<Body>
  newRole(name: string, permissions: string[]): Promise<void>
}

export const testPassword = 'nine purple otters sing'

/** A whole instance with its first administrator signed in; limits are out of the way unless given. */
export async function startAdministration(store: Store, options: TestOptions = {}): Promise<Administration> {
  const started = await createTestLatchkey({ store, limitScale: 10_000, logLevel: 'silent', ...options })
  const browser = started.browser()
  const root = signedIn(await setUp())
  return { ...started, call, signIn, root, newUser, newRole }

  async function setUp(): Promise<Answered> {
    const token = new URL(must(await started.latchkey.setUpLink())).searchParams.get('token')
    const body = { token, email: 'root@example.com', password: testPassword, tokenDelivery: 'body' }
    return await call('POST', '/auth/setup', { body })
  }

  async function call<Shape = Body>(
    method: string,
    path: string,
    { token, body }: { token?: string; body?: unknown } = {},
  ): Promise<Answered<Shape>> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await browser.send(`/api${path}`, { method, body, headers, bare: true })
    return { status: answer.status, body: answer.body as Shape }
  }

  async function signIn(email: string): Promise<SignedInUser> {
    const body = { email, password: testPassword, tokenDelivery: 'body' }
    return signedIn(await call('POST', '/auth/login', { body }))
  }

  async function newUser(
    email: string,
    fields: Record<string, unknown> = {},
    token = root.accessToken,
  ): Promise<Body> {
    // So that users are in order: within a millisecond that of ids is random.
    started.clock.advance(1)
    const body = { email, password: testPassword, ...fields }
    const answer = await call('POST', '/admin/users', { token, body })
    expect(answer.status).toBe(201)
    return answer.body
  }

  async function newRole(name: string, permissions: string[]): Promise<void> {
    const body = { name, permissions }
    expect((await call('POST', '/admin/roles', { token: root.accessToken, body })).status).toBe(201)
  }
}

/** Expects a refusal with this status and code. */
export async function refused(pending: Promise<Answered>, status: number, code: string): Promise<void> {
  const answer = await pending
  expect([answer.status, answer.body.code]).toEqual([status, code])
}

function signedIn({ status, body }: Answered): SignedInUser {
  expect([status, body.code]).toEqual([status === 201 ? 201 : 200, undefined])
  const { user, accessToken, refreshToken } = body as unknown as SignedIn & { refreshToken: string }
  return { id: user.id, email: user.email, accessToken, refreshToken }
}
