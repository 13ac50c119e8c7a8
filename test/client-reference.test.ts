import { expect, test } from 'vitest'
import { renderClientReference } from '../scripts/client-reference.ts'

test('docs/reference/client.md is made from the comments of the client', async () => {
  await expect(renderClientReference()).toMatchFileSnapshot('../docs/reference/client.md')
})

test('everything that can be called says what it does', () => {
  const silent = [
    ...renderClientReference().matchAll(/^### (\w+)\n\n```ts\n(?:export )?(?:function|const|class)/gm),
  ]
  expect(silent.map(([, name]) => name)).toEqual([])
})
