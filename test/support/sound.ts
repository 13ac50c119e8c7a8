import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Contrast is a matter of the scheme, and room one of the width: two looks show both of both. */
const looks = [
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 1280 },
] as const

/** Targets of 24 pixels (WCAG 2.2, 2.5.8) are not among axe's defaults. */
const options = { rules: { 'target-size': { enabled: true } } }

/** Axe finds nothing on the page as it is, and nothing is wider than the window. */
export async function expectSound(page: Page, what: string): Promise<void> {
  // Without frames: that of a mail may run no script, axe's neither.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).options(options).analyze()
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  expect(found, what).toEqual([])
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow, what).toBeLessThanOrEqual(0)
}

/** The same on a telephone and on a screen, by day and by night, without loading the page again. */
export async function expectSoundInEveryLook(page: Page, what: string): Promise<void> {
  for (const { colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 800 })
    await expectSound(page, `${what}: ${colorScheme}, ${width} px`)
  }
}
