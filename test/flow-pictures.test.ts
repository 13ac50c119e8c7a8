import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { renderFlow } from '../scripts/flows/flow-picture.ts'
import { flows } from '../scripts/flows/flows.ts'
import { must } from '#test/support/must.ts'

const guide = readFileSync(join(import.meta.dirname, '../docs/ways-to-authenticate.md'), 'utf8')

describe.each(Object.entries(flows))('docs/flows/%s.svg', (name, flow) => {
  test('is made from its steps, and stands in the guide', async () => {
    await expect(renderFlow(flow)).toMatchFileSnapshot(`../docs/flows/${name}.svg`)
    expect(guide).toContain(`](flows/${name}.svg)`)
  })

  test('says nothing that does not fit', () => {
    const widths = [...renderFlow(flow).matchAll(/text-anchor="middle" x="([\d.]+)" y="\d+">([^<]*)</g)]
    for (const [, x, text] of widths) {
      const half = (must(text).replaceAll(/&\w+;/g, '_').length * 6.7) / 2
      expect(Number(x) - half).toBeGreaterThanOrEqual(0)
      expect(Number(x) + half).toBeLessThanOrEqual(860)
    }
  })
})
