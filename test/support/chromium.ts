import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** A browser of the machine; null where there is none. */
export const chromiumPath: string | null =
  [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  ) ?? null

export async function openChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('no Chromium: set CHROMIUM_PATH')
  // Tests run as root in containers, where Chromium's own sandbox does not start.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  return await chromium.launch({ executablePath: chromiumPath, args })
}

if (chromiumPath === null) process.stderr.write('No Chromium found: tests in the browser are skipped.\n')
