import { expect, test } from 'vitest'
import { parseJws } from './jws.ts'

const segment = (json: string): string => Buffer.from(json).toString('base64url')
const compact = (header: string, payload: string): string => `${segment(header)}.${segment(payload)}.AAAA`

test.each(['5', '"text"', 'null', 'true', '[]', '[{}]', '', '{', '{"a":1,"a":2}'])(
  'what is no object is neither header nor payload: %s (RFC 7515 §4)',
  (json) => {
    expect(parseJws(compact('{"alg":"EdDSA"}', '{}'))).toMatchObject({
      header: { alg: 'EdDSA' },
      payload: {},
    })
    expect(parseJws(compact('{"alg":"EdDSA"}', json))).toBeNull()
    expect(parseJws(compact(json, '{}'))).toBeNull()
  },
)

test('what is longer than 8,192 characters is not read', () => {
  const ofLength = (length: number) => {
    const token = compact('{}', `{"a":"${'a'.repeat(6000)}"}`)
    return `${token}${'A'.repeat(length - token.length)}`
  }
  expect(parseJws(ofLength(8192))).not.toBeNull()
  expect(parseJws(ofLength(8196))).toBeNull()
})
