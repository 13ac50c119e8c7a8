import { describe, expect, test } from 'vitest'
import { references, renderReference } from '../scripts/package-reference.ts'

const files = Object.keys(references) as (keyof typeof references)[]

describe.each(files)('docs/reference/%s', (file) => {
  test('is made from the comments of its package', async () => {
    await expect(renderReference(file)).toMatchFileSnapshot(`../docs/reference/${file}`)
  })

  test('says of everything that can be called what it does', () => {
    const silent = [
      ...renderReference(file).matchAll(/^### (\w+)\n\n```ts\n(?:export )?(?:function|const|class)/gm),
    ]
    expect(silent.map(([, name]) => name)).toEqual([])
  })
})
