import { expect, test } from 'vitest'
import { renderConfigurationReference } from './configuration-reference.ts'
import { environmentNames } from './unknown-keys.ts'

test('docs/reference/configuration.md is made from the table of settings', async () => {
  await expect(renderConfigurationReference()).toMatchFileSnapshot(
    '../../../../docs/reference/configuration.md',
  )
})

test('the reference names every variable', () => {
  const reference = renderConfigurationReference()
  for (const name of environmentNames) expect(reference).toContain(`\`${name}\``)
})
