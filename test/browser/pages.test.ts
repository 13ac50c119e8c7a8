import { AxeBuilder } from '@axe-core/playwright'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toNodeHandler } from '../../packages/server/src/http/adapters/node.ts'
import { chromiumPath, openChromium } from '../support/chromium.ts'
import { openTestServer } from '../support/test-server.ts'

const password = 'seven quiet otters swim'
const email = 'ada@example.com'

describe.skipIf(chromiumPath === null)('pages in a browser', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openChromium()))
  afterAll(() => browser.close())

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      test(`axe finds nothing, nothing overflows, nothing breaks the policy: ${colorScheme}, ${width} px`, async () => {
        await using site = await openSite()
        const { page, complaints } = await open(browser, { colorScheme, viewport: { width, height: 800 } })
        for (const path of [...(await site.pages()), '/docs']) {
          await page.goto(site.origin + path)
          // Without frames: the mail's may run no script, axe's neither.
          const { violations } = await new AxeBuilder({ page })
            .setLegacyMode(true)
            .options(axeOptions)
            .analyze()
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
          expect(found, path).toEqual([])
          expect(await overflow(page), path).toBeLessThanOrEqual(0)
        }
        expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([])
        await page.context().close()
      })
    }
  }

  test('a password is set without JavaScript', async () => {
    await using site = await openSite()
    const { page } = await open(browser, { javaScriptEnabled: false })
    await page.goto(await site.resetLink())
    await page.getByLabel('New password').fill('short')
    await page.getByRole('button', { name: 'Set password' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('at least 8')
    await page.getByLabel('New password').fill('nine loud geese march')
    await page.getByRole('button', { name: 'Set password' }).click()
    expect(await page.getByRole('heading').textContent()).toBe('Your password is set')
    expect(page.url()).toBe(`${site.origin}/reset-password/done`)
    await page.context().close()
  })

  test('the password can be looked at, and is hidden again before it is sent', async () => {
    await using site = await openSite()
    const { page } = await open(browser)
    await page.goto(await site.resetLink())
    const input = page.locator('#newPassword')
    await input.fill('nine loud geese march')
    await page.getByRole('button', { name: 'Show the password' }).click()
    expect(await input.getAttribute('type')).toBe('text')
    await page.getByRole('button', { name: 'Set password' }).click()
    expect(await page.getByRole('heading').textContent()).toBe('Your password is set')
    await page.context().close()
  })

  test('a mail shows its text, runs nothing, and its links work', async () => {
    await using site = await openSite()
    const { page, complaints } = await open(browser)
    await page.goto(`${site.origin}/dev/mail`)
    await page.locator('.mails a').first().click()
    expect(await page.frameLocator('iframe').locator('body').textContent()).not.toBe('')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('on the reference page one signs in, and the next request brings the token', async () => {
    await using site = await openSite()
    const { page, complaints } = await open(browser)
    await page.goto(`${site.origin}/docs`)
    expect(await attempt(page, 'getMe')).toMatch(/^401/)
    await page.locator('#login .try > summary').click()
    await page.locator('#login-body').fill(JSON.stringify({ email, password }))
    expect(await attempt(page, 'login')).toMatch(/^200/)
    expect(await attempt(page, 'getMe')).toMatch(/^200/)
    expect(await attempt(page, 'refresh')).toMatch(/^200/)
    expect(await attempt(page, 'logout')).toMatch(/^204/)
    expect(await attempt(page, 'getMe')).toMatch(/^401/)
    expect(complaints.filter((text) => !text.includes('status of 401'))).toEqual([])
    await page.context().close()
  })

  test('the filter leaves what holds every word', async () => {
    await using site = await openSite()
    const { page } = await open(browser)
    await page.goto(`${site.origin}/docs`)
    await page.getByLabel('Find').fill('end session device')
    expect(await page.locator('.operation:visible').count()).toBe(1)
    await page.getByLabel('Find').fill('no such thing')
    expect(await page.getByText('Nothing here fits.').isVisible()).toBe(true)
    await page.getByLabel('Find').fill('')
    expect(await page.locator('.operation:visible').count()).toBeGreaterThan(20)
    await page.context().close()
  })
})

/** Targets of 24 pixels (WCAG 2.2, 2.5.8) are not among axe's defaults. */
const axeOptions = { rules: { 'target-size': { enabled: true } } }

/** A server on a port of its own, with an account and some mails. */
async function openSite() {
  const server = await openTestServer({ limitScale: 100 })
  const listener = createServer(toNodeHandler(server.latchkey)).listen(0)
  const origin = `http://localhost:${(listener.address() as AddressInfo).port}`
  const move = (link: string): string => link.replace(server.origin, origin)
  await server.send('POST', '/api/auth/register', { json: { email, password } })
  const verify = (await server.mailTo(email)).links[0]!
  return { origin, pages, resetLink, [Symbol.asyncDispose]: close }

  /** Every page that has a form or a list, and one whose link is dead. */
  async function pages(): Promise<string[]> {
    const setUp = (await server.latchkey.setUpLink())!
    const { id } = await server.mailTo(email)
    const links = [setUp, verify].map((link) => link.slice(server.origin.length))
    return ['/', ...links, '/setup?token=wrong', '/verify-email/done', '/dev/mail', `/dev/mail/${id}`]
  }

  async function resetLink(): Promise<string> {
    await server.send('POST', '/api/auth/forgot-password', { json: { email } })
    for (;;) {
      const [{ links } = { links: [] }] = await server.latchkey.parts.inbox!.list(email)
      const link = links.find((each) => each.includes('/reset-password?'))
      if (link) return move(link)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function close(): Promise<void> {
    listener.closeAllConnections()
    listener.close()
    await server.latchkey.close()
  }
}

async function open(browser: Browser, options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints }
}

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

/** Sends the form of an operation as it stands; returns the line with the status. */
async function attempt(page: Page, id: string): Promise<string> {
  const box = page.locator(`#${id} .try`)
  await box.evaluate((details) => details.setAttribute('open', ''))
  await box.locator('.outcome').evaluate((outcome) => outcome.replaceChildren())
  await box.getByRole('button', { name: 'Send' }).click()
  return (await box.locator('.went').textContent())!
}
