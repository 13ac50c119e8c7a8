import { describe, expect, test } from 'vitest'
import { createVerifier } from '../index.ts'

const right = { issuer: 'https://auth.example.com', audience: 'api' }

describe('wrong options are a TypeError at the start that says what was given and where to read', () => {
  const wrong: [object, RegExp][] = [
    [{ issuer: undefined }, /issuer is undefined, not the public URL of a Latchkey server/],
    [{ issuer: 'auth.example.com' }, /issuer is "auth.example.com", not the public URL/],
    [
      { issuer: 'http://auth.example.com' },
      /issuer is "http:\/\/auth.example.com": only https can be trusted/,
    ],
    [{ issuer: 'http://localhost.example.com' }, /only https/],
    [{ issuer: 'http://127.0.0.1.example.com' }, /only https/],
    [{ issuer: 'file:///etc' }, /only https/],
    [{ issuer: 'https://auth.example.com/?a=b' }, /no query/],
    [{ audience: undefined }, /audience is undefined, not the name of this service/],
    [{ audience: '' }, /audience is ""/],
    [{ audience: [] }, /audience is \[\]/],
    [{ audience: ['api', 7] }, /audience is \["api",7\]/],
    [{ mode: 'remote' }, /mode is "remote", not one of local, local\+feed, introspect/],
    [{ feed: 'poll' }, /feed is "poll", not one of follow, on demand/],
    [{ onFeedLoss: 'ignore' }, /onFeedLoss is "ignore", not one of introspect, refuse, accept/],
    [{ onFeedLoss: 'introspect' }, /introspection needs a credential/],
    [{ mode: 'introspect' }, /introspection needs a credential/],
    [{ maxFeedSilence: 3 }, /maxFeedSilence is 3, not a number from 10 to 3600/],
    [{ clockTolerance: '5s' }, /clockTolerance is "5s", not a number/],
    [{ clockTolerance: NaN }, /clockTolerance is null, not a number/],
    [{ algorithms: [] }, /algorithms is \[\]/],
    [{ algorithms: ['none'] }, /algorithms is \["none"\], not a list out of ES256, EdDSA, RS256, PS256/],
    [{ algorithms: ['HS256'] }, /HS256 has no public key/],
    [{ cachedTokens: -1 }, /cachedTokens is -1/],
    [{ fetch: 'undici' }, /fetch is "undici", not a function/],
    [{ audiences: ['api'] }, /there is no option audiences/],
  ]
  for (const [given, message] of wrong) {
    test(JSON.stringify(given), () => {
      const create = () => createVerifier({ ...right, ...given })
      expect(create).toThrow(TypeError)
      expect(create).toThrow(message)
      expect(create).toThrow('docs/verify.md')
    })
  }

  test('a credential that is none, without repeating it', () => {
    expect(() => createVerifier({ ...right, credential: 'hunter2' })).toThrow(/credential is not an API key/)
    expect(() => createVerifier({ ...right, credential: 'hunter2' })).not.toThrow(/hunter2/)
  })
})

test('plain http is right for an issuer on this machine', () => {
  for (const issuer of ['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])
    createVerifier({ issuer, audience: 'api' }).close()
})
