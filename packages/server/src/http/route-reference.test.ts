import { expect, test } from 'vitest'
import * as contract from '@latchkey/contract'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { renderRouteReference } from './route-reference.ts'

test('docs/reference/routes.md is made from the columns of the contract, with no route left out', async () => {
  const signInMethods = ['password', 'passkey', 'magic-link', 'email-code', 'sms-code'] as const
  const { latchkey } = await createTestLatchkey({ signInMethods: signInMethods.join(',') })
  const { routes } = latchkey.http
  const mounted = new Set(routes.map(({ route }) => route.contract.id))
  const written = Object.values(contract).flatMap((module) =>
    typeof module === 'object'
      ? Object.values(module)
          .filter(isRoute)
          .map(({ id }) => id)
      : [],
  )
  expect(written.filter((id) => !mounted.has(id))).toEqual([])
  await expect(renderRouteReference(routes)).toMatchFileSnapshot('../../../../docs/reference/routes.md')
})

const isRoute = (value: unknown): value is contract.RouteContract =>
  typeof value === 'object' && value !== null && 'access' in value && 'errors' in value
