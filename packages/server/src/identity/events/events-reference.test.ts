import { expect, test } from 'vitest'
import { renderEventsReference } from './events-reference.ts'

test('docs/reference/account-events.md is made from the table of events', async () => {
  await expect(renderEventsReference()).toMatchFileSnapshot('../../../../../docs/reference/account-events.md')
})
