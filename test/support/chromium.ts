import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

/** A browser of the machine; null where there is none. */
export const chromiumPath: string | null =
  [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  ) ?? null

export interface ChromiumOptions {
  /** Keeps pages for going back, as browsers do outside of tests. */
  backForwardCache?: boolean
  /** Names for this machine, as `MAP app.example 127.0.0.1`. */
  hosts?: string
  /** Features of this browser that are not yet switched on. */
  features?: string
}

export async function openChromium({
  backForwardCache = false,
  hosts,
  features,
}: ChromiumOptions = {}): Promise<Browser> {
  if (chromiumPath === null) throw new Error('no Chromium: set CHROMIUM_PATH')
  // Tests run as root in containers, where Chromium's own sandbox does not start.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...args,
      ...(hosts === undefined ? [] : [`--host-resolver-rules=${hosts}`]),
      ...(features === undefined ? [] : [`--enable-features=${features}`, '--ignore-certificate-errors']),
    ],
    ...(backForwardCache && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  })
}

/**
 * All that the page complains of from here on: errors, warnings, what a policy refused. `of` limits it to addresses that
 * begin so.
 */
export function complaintsOf(page: Page, of = ''): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A log-out empties the cache; the browser says that it has, and complains of nothing.
    const isNews = /^Clear-Site-Data header on '[^']+': Cleared data types: "cache"\.$/.test(message.text())
    if (!isNews && message.location().url.startsWith(of)) complaints.push(message.text())
  })
  return complaints
}

if (chromiumPath === null) process.stderr.write('No Chromium found: tests in the browser are skipped.\n')
