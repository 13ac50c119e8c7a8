import { expect, test } from 'vitest'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'

const path = '/.well-known/oauth-authorization-server'

test('the metadata name every endpoint by the configured address, whatever the request says (RFC 8414)', async () => {
  const { browser } = await createTestLatchkey({ publicUrl: 'https://id.example.com', basePath: '/auth-api' })
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
  const { body } = await browser().send(path, { headers })
  expect(body).toEqual({
    issuer: 'https://id.example.com',
    jwks_uri: 'https://id.example.com/.well-known/jwks.json',
    introspection_endpoint: 'https://id.example.com/oauth/introspect',
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'Bearer'],
    response_types_supported: [],
    grant_types_supported: [],
    revocation_feed_endpoint: 'https://id.example.com/auth-api/auth/revocations',
    service_documentation: 'https://id.example.com/docs',
    tls_client_certificate_bound_access_tokens: false,
  })
})

test.each([path, '/.well-known/jwks.json'])(
  '%s is kept by caches and read by any origin',
  async (address) => {
    const { browser } = await createTestLatchkey({ allowedOrigins: ['https://app.example.com'] })
    const read = async (origin: string) => (await browser().send(address, { headers: { origin } })).headers
    const stranger = await read('https://stranger.example')
    expect(stranger.get('cache-control')).toBe('public, max-age=300')
    expect(stranger.get('access-control-allow-origin')).toBe('*')
    expect(stranger.get('access-control-allow-credentials')).toBeNull()
    const friend = await read('https://app.example.com')
    expect(friend.get('access-control-allow-origin')).toBe('https://app.example.com')
    expect(friend.get('access-control-allow-credentials')).toBe('true')
  },
)
