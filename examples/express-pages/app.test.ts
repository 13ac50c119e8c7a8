import { expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'
import { must } from '#test/support/must.ts'

const password = 'seven quiet otters swim'
const own = { 'sec-fetch-site': 'same-origin' }

test('a page leads to the sign-in and back, and a note is written, read and deleted by forms', async () => {
  await using site = await openSite()
  const ada = visit(site)
  const led = await ada.open('/notes')
  expect([led.status, led.location]).toEqual([303, '/sign-in?return_to=%2Fnotes'])
  await signUp(ada, 'ada@example.com')
  expect((await ada.open('/')).text).toContain('Hello ada@example.com')
  const before = await ada.open('/notes')
  expect(before.headers.get('cache-control')).toBe('no-store')
  const written = await ada.send('/notes', { ...csrfIn(before.text), text: '<script>alert(1)</script>' })
  expect([written.status, written.location]).toEqual([303, '/notes'])
  const { text } = await ada.open('/notes')
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(text).not.toContain('<script')
  const [, action = ''] = /action="(\/notes\/[^"]+\/delete)"/.exec(text) ?? []
  await ada.send(action, csrfIn(text))
  expect((await ada.open('/notes')).text).not.toContain('alert')
})

test('nobody reads or deletes the notes of others', async () => {
  await using site = await openSite()
  const [ada, bea] = [visit(site), visit(site)]
  await signUp(ada, 'ada@example.com')
  await signUp(bea, 'bea@example.com')
  await ada.send('/notes', { text: 'milk' })
  const { text } = await ada.open('/notes')
  expect((await bea.open('/notes')).text).not.toContain('milk')
  const [, action = ''] = /action="(\/notes\/[^"]+\/delete)"/.exec(text) ?? []
  expect((await bea.send(action, {})).status).toBe(303)
  expect((await ada.open('/notes')).text).toContain('milk')
})

test('forms of other sites change nothing, and an old browser’s need the token (ASVS V3.5.1)', async () => {
  await using site = await openSite()
  const ada = visit(site)
  await signUp(ada, 'ada@example.com')
  const token = csrfIn((await ada.open('/notes')).text)
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ])
    expect((await ada.send('/notes', { ...token, text: 'forged' }, headers)).status).toBe(403)
  expect((await ada.send('/notes', { text: 'forged' }, {})).status).toBe(403)
  expect((await ada.send('/notes', { ...token, text: 'from an old browser' }, {})).status).toBe(303)
  const { text } = await ada.open('/notes')
  expect(text).not.toContain('forged')
  expect(text).toContain('from an old browser')
})

test('a device is ended from another, and signing out ends this one', async () => {
  await using site = await openSite()
  const [here, there] = [visit(site), visit(site)]
  await signUp(here, 'ada@example.com')
  await there.send('/sign-in', { email: 'ada@example.com', password })
  expect((await there.open('/notes')).status).toBe(200)
  const { text } = await here.open('/devices')
  const ids = [...text.matchAll(/action="(\/devices\/[^"]+\/end)"/g)].map(([, action]) => must(action))
  expect(ids).toHaveLength(2)
  const other = ids.find((action) =>
    text.slice(text.indexOf(action)).split('</form>')[0]?.includes('<button'),
  )
  expect((await here.send(must(other), csrfIn(text))).location).toBe('/devices')
  for (const nobodys of ['/devices/x/end', '/devices/..%2f..%2fme/end', '/devices/%00/end'])
    expect((await here.send(nobodys, csrfIn(text))).location).toBe('/devices')
  expect((await there.open('/notes')).status).toBe(303)
  expect((await here.open('/notes')).status).toBe(200)
  await here.send('/sign-out', {})
  expect((await here.open('/notes')).status).toBe(303)
  expect((await here.open('/')).text).toContain('create an account')
})

test('pages load nothing and are framed by nobody', async () => {
  await using site = await openSite()
  const { headers } = await visit(site).open('/')
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'/)
  expect(headers.get('x-powered-by')).toBeNull()
  expect((await visit(site).open('/style.css')).status).toBe(200)
})

interface Sent {
  method?: string
  body?: URLSearchParams
  headers?: Record<string, string>
}

/** A browser without JavaScript, over a socket. */
function visit({ origin }: Site) {
  const cookies = new Map<string, string>()
  return {
    open: (path: string) => go(path, {}),
    send: (path: string, form: Record<string, string>, headers: Record<string, string> = own) =>
      go(path, { method: 'POST', body: new URLSearchParams(form), headers }),
  }

  async function go(path: string, { headers, ...init }: Sent) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const answer = await fetch(origin + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie && { cookie }), ...headers },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    return { status: answer.status, headers: answer.headers, location, text: await answer.text() }
  }
}

async function signUp(visitor: ReturnType<typeof visit>, email: string): Promise<void> {
  expect((await visitor.send('/sign-up', { email, password, name: '' })).location).toBe('/')
}

const csrfIn = (page: string): { csrf_token: string } => {
  const [, token = ''] = /name="csrf_token" value="([\w-]{40})"/.exec(page) ?? []
  expect(token).not.toBe('')
  return { csrf_token: token }
}
