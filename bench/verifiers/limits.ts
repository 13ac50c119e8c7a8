import {
  createHmac,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { type Algorithm, algorithms } from '../harness/token-issuer.ts'
import type { TokenShelf } from '../harness/token-shelf.ts'
import type { Claims, Verifier } from './verifier.ts'

/** The limit for tokens that were seen before: nothing but the look-up. */
export const map: Verifier = {
  name: 'Map',
  algorithms,
  open(_, tokens) {
    const known = new Map(turnsOf(tokens).map((turn) => [tokens.at(turn), claimsIn(tokens.at(turn))]))
    return Promise.resolve({ verify: (token: string) => known.get(token) ?? {} })
  },
}

/** The limit for new ones: nothing but the signature, whose parts lie ready as OpenSSL wants them. */
export const raw: Verifier = {
  name: 'node:crypto',
  algorithms,
  open({ algorithm, key }, tokens) {
    const verifies = checkOf(algorithm, key)
    const ready = turnsOf(tokens).map((turn) => partsOf(tokens.at(turn), algorithm))
    return Promise.resolve({
      verify(_: string, turn: number): Claims {
        const { input, signature, claims } = ready[turn]!
        return verifies(input, signature) ? claims : {}
      },
    })
  },
}

const turnsOf = ({ size }: TokenShelf): number[] => Array.from({ length: size }, (_, turn) => turn)

const claimsIn = (token: string): Claims =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims

function partsOf(token: string, algorithm: Algorithm) {
  const dot = token.lastIndexOf('.')
  const jose = Buffer.from(token.slice(dot + 1), 'base64url')
  const signature = algorithm === 'ES256' ? derOf(jose) : jose
  return { input: Buffer.from(token.slice(0, dot)), signature, claims: claimsIn(token) }
}

function checkOf(algorithm: Algorithm, key: string): (input: Buffer, signature: Buffer) => boolean {
  if (algorithm === 'HS256') {
    const secret: KeyObject = createSecretKey(Buffer.from(key, 'base64'))
    return (input, signature) =>
      timingSafeEqual(createHmac('sha256', secret).update(input).digest(), signature)
  }
  const publicKey = createPublicKey(key)
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  return (input, signature) => verify(digest, input, publicKey, signature)
}

/** r ‖ s of 32 bytes each to SEQUENCE { INTEGER r, INTEGER s }. */
function derOf(signature: Buffer): Buffer {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((digits) => {
    const first = digits.findIndex((digit) => digit !== 0)
    const sign = digits[first]! >= 0x80 ? [0] : []
    const bytes = Buffer.from([...sign, ...digits.subarray(first)])
    return Buffer.from([0x02, bytes.length, ...bytes])
  })
  const body = Buffer.concat(integers)
  return Buffer.from([0x30, body.length, ...body])
}
