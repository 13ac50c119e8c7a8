import { expect, test } from 'vitest'
import { createTestLatchkey } from '../../../test/support/test-latchkey.ts'
import { createVerifier } from './verifier.ts'

test('a token is accepted by itself, and refused after a log-out', async () => {
  const { latchkey, browser } = await createTestLatchkey({ realTime: true })
  const { publicUrl: issuer, audience } = latchkey.config
  const verifier = createVerifier({
    issuer,
    audience,
    fetch: (url, init) => latchkey.handler(new Request(url, init)),
  })
  const tab = browser()
  const { accessToken, user } = await tab.register()
  expect(await verifier.verify(accessToken)).toMatchObject({
    ok: true,
    kind: 'access_token',
    claims: { sub: user.id },
    revocationChecked: true,
  })
  await tab.post('/logout')
  await expect
    .poll(async () => await verifier.verify(accessToken))
    .toMatchObject({ ok: false, error: { code: 'revoked' } })
  verifier.close()
})
