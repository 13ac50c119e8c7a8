import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Algorithm, createVerifier } from '@latchkey/verify'
import { createVerifier as createFastJwtVerifier } from 'fast-jwt'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import {
  allowInsecureRequests,
  discoveryRequest,
  processDiscoveryResponse,
  validateJwtAccessToken,
} from 'oauth4webapi'
import { describe, expect, onTestFinished, test } from 'vitest'
import { forgeriesOf, madeAgain } from './forgeries.ts'
import { type Issuer, openIssuer } from './issuer.ts'

/** Our tokens are plain RFC 9068: who has never heard of us verifies them, and what is forged is refused there as here. */
interface PlainVerifier {
  name: string
  algorithms: readonly Algorithm[]
  /** Rejects what it refuses. */
  open: (issuer: Issuer) => (token: string) => Promise<{ sub?: unknown }>
}

const verifiers: readonly PlainVerifier[] = [
  {
    name: 'jose',
    algorithms: ['ES256', 'EdDSA', 'RS256', 'PS256', 'HS256'],
    open({ issuer, audience, genuine: { algorithm, key } }) {
      const checks = { issuer, audience, typ: 'at+jwt', algorithms: [algorithm], clockTolerance: 5 }
      const published = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer))
      return async (token): Promise<JWTPayload> =>
        key.type === 'secret'
          ? (await jwtVerify(token, key, checks)).payload
          : (await jwtVerify(token, published, checks)).payload
    },
  },
  {
    name: 'fast-jwt',
    algorithms: ['ES256', 'EdDSA', 'RS256', 'PS256', 'HS256'],
    open({ issuer, audience, genuine: { algorithm, key } }) {
      const verify = createFastJwtVerifier({
        key: () => Promise.resolve(verifierOf(key)),
        algorithms: [algorithm],
        allowedIss: issuer,
        allowedAud: audience,
        checkTyp: 'at+jwt',
        clockTolerance: 5000,
      })
      return async (token) => (await verify(token)) as JWTPayload
    },
  },
  {
    // It knows neither EdDSA nor the type: the type is looked at by hand, in a header that has been verified by then.
    name: 'jsonwebtoken',
    algorithms: ['ES256', 'RS256', 'PS256', 'HS256'],
    open: ({ issuer, audience, genuine: { algorithm, key } }) =>
      async function verify(token) {
        const { header, payload } = jsonwebtoken.verify(token, verifierOf(key), {
          algorithms: [algorithm as jsonwebtoken.Algorithm],
          issuer,
          audience,
          clockTolerance: 5,
          complete: true,
        })
        if (header.typ !== 'at+jwt') throw new Error('not an access token')
        return payload
      },
  },
  {
    name: 'oauth4webapi',
    algorithms: ['ES256', 'EdDSA', 'RS256', 'PS256'],
    open({ issuer, audience, genuine: { algorithm } }) {
      const insecure = { [allowInsecureRequests]: true }
      const discovered = discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...insecure }).then(
        (response) => processDiscoveryResponse(new URL(issuer), response),
      )
      return async (token) => {
        const request = new Request(audience, { headers: { authorization: `Bearer ${token}` } })
        const options = { signingAlgorithms: [algorithm], ...insecure }
        return validateJwtAccessToken(await discovered, request, audience, options)
      }
    },
  },
  {
    name: '@latchkey/verify',
    algorithms: ['ES256', 'EdDSA', 'RS256', 'PS256'],
    open({ issuer, audience, genuine: { algorithm } }) {
      const verifier = createVerifier({ issuer, audience, algorithms: [algorithm] })
      onTestFinished(() => verifier.close())
      return async (token) => {
        const verdict = await verifier.verify(token)
        if (!verdict.ok) throw verdict.error
        return verdict.claims
      }
    },
  },
]

describe.each(verifiers)('$name', ({ algorithms, open }) => {
  test.each(algorithms)('accepts our tokens by %s, and nothing that is forged', async (algorithm) => {
    const opened = await openIssuer(algorithm)
    const verify = open(opened)
    expect(await verify(opened.genuine.token)).toMatchObject({ sub: opened.userId })
    // Made by the same hand as the forgeries, which are thus refused for what is wrong with them.
    expect(await verify(madeAgain(opened.genuine))).toMatchObject({ sub: opened.userId })
    const accepted: string[] = []
    for (const [fault, token] of Object.entries(forgeriesOf(opened.genuine)))
      await verify(token).then(
        () => accepted.push(fault),
        (error: unknown) => expect(error).toBeInstanceOf(Error),
      )
    expect(accepted).toEqual([])
  })
})

test('jsonwebtoken knows no EdDSA: not a token of ours that is wrong', async () => {
  const { genuine } = await openIssuer('EdDSA')
  const verify = () =>
    jsonwebtoken.verify(genuine.token, verifierOf(genuine.key), {
      algorithms: ['EdDSA' as jsonwebtoken.Algorithm],
    })
  expect(verify).toThrow('ed25519')
})

/** As a service has it that was given the key by hand. */
function verifierOf(key: KeyObject): string | Buffer {
  if (key.type === 'secret') return key.export()
  return createPublicKey(key).export({ format: 'pem', type: 'spki' })
}
