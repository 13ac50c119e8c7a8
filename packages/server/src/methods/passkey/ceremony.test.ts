import type { PasskeyAssertion, PasskeyAttestation } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import vectors from '#test/support/vectors/webauthn-level-3.json' with { type: 'json' }
import { type Expectation, verifyAssertion, verifyRegistration } from './ceremony.ts'

/* Cases that the library accepts and this refuses: a vector of the specification with other bytes. */

const { rpId, origin, cases } = vectors
const [{ registration, authentication }] = cases as [(typeof cases)[number]]

const expected = (challenge: string): Expectation => ({
  rp: { id: rpId, origins: new Set([origin]), related: [] },
  challenge,
  userVerification: 'preferred',
})

const register = (attestation: Uint8Array) => {
  const { credentialId: id, clientDataJSON, challenge } = registration
  const attestationObject = Buffer.from(attestation).toString('base64url')
  const response: PasskeyAttestation['response'] = { clientDataJSON, attestationObject }
  return verifyRegistration({ id, rawId: id, type: 'public-key', response }, expected(challenge))
}

const attestation = Buffer.from(registration.attestationObject, 'base64url')
const authData = attestation.subarray(attestation.indexOf('authData') + 8 + 2)
/** `{ fmt, attStmt, authData }`, with these bytes for the first two. */
const attested = (fmt: Uint8Array, statement: Uint8Array, data: Uint8Array = authData): Buffer =>
  Buffer.concat([
    Buffer.of(0xa3),
    text('fmt'),
    fmt,
    text('attStmt'),
    statement,
    text('authData'),
    Buffer.of(0x59, data.length >> 8, data.length & 0xff),
    data,
  ])
const text = (value: string): Buffer => Buffer.concat([Buffer.of(0x60 | value.length), Buffer.from(value)])
const nothing = Buffer.of(0xa0)
const of = (...bytes: number[]) => Buffer.from(bytes)
const refused = expect.objectContaining({ code: 'passkey_invalid' }) as unknown

describe('an attestation', () => {
  test('is as the vector has it, before it is changed', async () => {
    expect(await register(attestation)).toMatchObject({ algorithm: -7 })
  })

  const certificate = Buffer.concat([of(0x81, 0x58, 0x20), Buffer.alloc(32, 0x30)])
  test.each([
    ['of a format that nobody knows', 'later', nothing],
    ['of a chain that is none', 'packed', Buffer.concat([of(0xa1), text('x5c'), certificate])],
    ['of a statement that is signed by nobody', 'tpm', Buffer.concat([of(0xa1), text('sig'), of(0x41, 0)])],
  ])('%s is left aside', async (_, format, statement) => {
    expect(await register(attested(text(format), statement))).toMatchObject({
      algorithm: -7,
    })
  })

  test.each([
    ['with more behind it', Buffer.concat([attestation, of(0)])],
    ['that is cut', attestation.subarray(0, -1)],
    ['of nothing', of()],
    ['that is no map', of(1)],
    ['without a thing in it', nothing],
    ['nested as deep as it is long', Buffer.alloc(24_000, 0x81)],
    ['with lists nested in its statement', attested(text('none'), Buffer.alloc(24_000, 0x81))],
    ['of more items than bytes', of(0xba, 0xff, 0xff, 0xff, 0xff, 0)],
    ['with a name twice', Buffer.concat([of(0xa2), text('fmt'), of(1), text('fmt'), of(1)])],
    ['whose data is followed by more', attested(text('none'), nothing, Buffer.concat([authData, of(0)]))],
    ['whose data ends early', attested(text('none'), nothing, authData.subarray(0, -1))],
    ['whose data is a head alone', attested(text('none'), nothing, authData.subarray(0, 37))],
    ['whose data has no room for an id', attested(text('none'), nothing, authData.subarray(0, 60))],
  ])('%s is refused', async (_, bytes) => {
    await expect(register(bytes)).rejects.toEqual(refused)
  })
})

describe('an assertion', () => {
  const answer = (change: (data: Buffer) => Buffer): Promise<unknown> => {
    const { challenge, ...response } = authentication
    const { credentialId: id } = registration
    const data = change(Buffer.from(response.authenticatorData, 'base64url'))
    const assertion: PasskeyAssertion = {
      id,
      rawId: id,
      type: 'public-key',
      response: { ...response, authenticatorData: data.toString('base64url') },
    }
    return register(attestation).then((known) => verifyAssertion(assertion, known, expected(challenge)))
  }

  const withExtensions = (data: Buffer, extensions: Buffer): Buffer => {
    const changed = Buffer.concat([data, extensions])
    changed[32]! |= 0x80
    return changed
  }

  test.each<[string, (data: Buffer) => Buffer, string]>([
    ['that is cut', (data) => data.subarray(0, -1), 'does not hold'],
    ['with more behind it', (data) => Buffer.concat([data, of(0)]), 'does not hold'],
    ['whose extensions are missing', (data) => withExtensions(data, of()), 'does not hold'],
    [
      'whose extensions are cut',
      (data) => withExtensions(data, of(0xa1, 0x61, 0x61, 0x42, 1)),
      'does not hold',
    ],
    ['of another counter', (data) => (data.writeUInt32BE(7, 33), data), 'signature'],
  ])('%s is refused', async (_, change, reason) => {
    expect(await answer((data) => data)).toMatchObject({ signCount: expect.any(Number) as number })
    await expect(answer(change)).rejects.toMatchObject({
      code: 'passkey_invalid',
      options: { log: { reason } },
    })
  })
})
