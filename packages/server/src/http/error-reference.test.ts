import { expect, test } from 'vitest'
import { renderErrorReference } from './error-reference.ts'

test('docs/reference/errors.md is made from the catalogue of errors', async () => {
  await expect(renderErrorReference()).toMatchFileSnapshot('../../../../docs/reference/errors.md')
})
