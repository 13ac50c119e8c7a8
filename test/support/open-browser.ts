import type { Browser } from 'playwright-core'
import { type ChromiumOptions, openChromium } from './chromium.ts'
import { onDemand } from './on-demand.ts'

/** Chromium for a test, and what it looks at: the account application as its sources are. */
export async function openBrowser(options?: ChromiumOptions): Promise<Browser> {
  await onDemand('console')
  return await openChromium(options)
}
