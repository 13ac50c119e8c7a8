import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { must } from '#test/support/must.ts'
import { onDemand } from '#test/support/on-demand.ts'
import { openTestServer } from '#test/support/test-server.ts'

beforeAll(async () => void (await onDemand('console')))

test('every address below /account is the same page, which nobody stores or frames', async () => {
  await using server = await openTestServer()
  const pages = ['/account', '/account/', '/account/devices', '/account/a/b?c=d']
  const answers = await Promise.all(pages.map((path) => server.send('GET', path)))
  const texts = new Set(await Promise.all(answers.map((answer) => answer.text())))
  expect(texts.size).toBe(1)
  for (const { status, headers } of answers) {
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("style-src 'self'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toContain('unsafe')
  }
})

test('the page holds neither script nor style of its own, and what it loads is there for ever', async () => {
  await using server = await openTestServer()
  const page = await (await server.send('GET', '/account')).text()
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/)
  const addresses = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, address]) => must(address))
  expect(addresses).toHaveLength(3)
  for (const address of addresses) {
    const { status, headers } = await server.send('GET', address)
    expect(status, address).toBe(200)
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('content-type')).toMatch(/^text\/(javascript|css)/)
    expect(address).toMatch(/[-.][\w-]{8,12}\.(js|css)$/)
  }
})

test('scripts go out compressed to who reads that', async () => {
  await using server = await openTestServer()
  const page = await (await server.send('GET', '/account')).text()
  const script = must(must(/<script type="module" src="([^"]+)"/.exec(page))[1])
  const plain = await server.send('GET', script)
  const compressed = await server.send('GET', script, { headers: { 'accept-encoding': 'br, gzip' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(compressed.headers.get('content-encoding')).toBe('gzip')
  expect(compressed.headers.get('vary')).toBe('accept-encoding')
  const sent = new Blob([await compressed.arrayBuffer()]).stream()
  const unpacked = await new Response(sent.pipeThrough(new DecompressionStream('gzip'))).text()
  expect(unpacked).toBe(await plain.text())
})

test('nothing but what was built is served', async () => {
  await using server = await openTestServer()
  const names = ['manifest.json', 'package.json', '..%2f..%2fpackage.json', '%2e%2e%2findex.js', 'main.js']
  for (const name of names) {
    const { status } = await server.send('GET', `/latchkey/console/${name}`)
    expect(status, name).toBe(404)
  }
})

test('the page says where the API is and whose it is, escaped', async () => {
  await using server = await openTestServer({ appName: 'Ada & Sons', basePath: '/identity' })
  const page = await (await server.send('GET', '/account')).text()
  expect(page).toContain('<meta name="latchkey-api" content="/identity/auth" />')
  expect(page).toContain('<meta name="latchkey-app-name" content="Ada &amp; Sons" />')
})

test('logo and stylesheet of the operator are there, the stylesheet last', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-looks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [pagesLogo, pagesStylesheet] = [join(folder, 'logo.svg'), join(folder, 'looks.css')]
  writeFileSync(pagesLogo, '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(pagesStylesheet, ':root { --radius: 0 }')
  await using server = await openTestServer({ pagesLogo, pagesStylesheet })
  const page = await (await server.send('GET', '/account')).text()
  expect(page).toMatch(/<meta name="latchkey-logo" content="\/latchkey\/assets\/logo\.\w+\.svg" \/>/)
  const styles = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, address]) => address)
  expect(styles.at(-1)).toMatch(/^\/latchkey\/assets\/own\./)
})

test('a theme that was chosen is there with the first byte; anything else in its cookie is not', async () => {
  await using server = await openTestServer()
  const themed = async (cookie: string) =>
    must(/<html[^>]*>/.exec(await (await server.send('GET', '/account', { headers: { cookie } })).text()))[0]
  expect(await themed('latchkey-theme=dark')).toContain('data-theme="dark"')
  expect(await themed('latchkey-theme=light')).toContain('data-theme="light"')
  expect(await themed('latchkey-theme="><b>')).not.toContain('data-theme')
  expect(await themed('other=dark')).not.toContain('data-theme')
})

test('the page speaks as the other pages do: by the cookie, else as the browser asks', async () => {
  await using server = await openTestServer()
  const spoken = async (headers: Record<string, string>) =>
    must(/<html lang="(\w+)"/.exec(await (await server.send('GET', '/account', { headers })).text()))[1]
  expect(await spoken({ 'accept-language': 'ja' })).toBe('ja')
  expect(await spoken({ 'accept-language': 'ja', cookie: 'latchkey-language=fr' })).toBe('fr')
  expect(await spoken({})).toBe('en')
})

test('inside another app the account application is Latchkey’s', async () => {
  await using server = await openTestServer()
  expect(server.latchkey.owns('/account')).toBe(true)
  expect(server.latchkey.owns('/account/devices')).toBe(true)
  expect(server.latchkey.owns('/accounts')).toBe(false)
})
