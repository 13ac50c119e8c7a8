import { pbkdf2 } from 'node:crypto'
import { isEqual } from '../../../core/bytes.ts'
import { decodeBase64 } from './decode-base64.ts'
import { isHashLength, type StoredHash } from './stored-hash.ts'

// Bytes of each digest: a longer hash takes that many times the iterations (RFC 8018 §5.2).
const digests = { sha1: 20, sha256: 32, sha512: 64 } as const

// PHC: $pbkdf2-sha256$i=600000,l=32$salt$hash · passlib: $pbkdf2-sha256$29000$salt$hash, and $pbkdf2$ for SHA-1
const format =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,8})(?:,l=(\d{1,3}))?\$([A-Za-z0-9+/.]{1,171})\$([A-Za-z0-9+/.]{22,171})$/

// 10 million rounds of SHA-256 take about 3 s.
const mostRounds = 10_000_000

export function parsePbkdf2Hash(text: string): StoredHash | null {
  const [all, digestName = 'sha1', i, length, saltText = '', hashText = ''] = format.exec(text) ?? []
  const salt = decodeBase64(saltText)
  const hash = decodeBase64(hashText)
  if (all === undefined || !salt || !hash || !isHashLength(hash.length)) return null
  if (length !== undefined && Number(length) !== hash.length) return null
  const digest = digestName as keyof typeof digests // safe: the pattern names these three
  const iterations = Number(i)
  if (iterations < 1 || iterations * Math.ceil(hash.length / digests[digest]) > mostRounds) return null
  return {
    matches: async (password) =>
      isEqual(await derive({ password, salt, iterations, length: hash.length, digest }), hash),
  }
}

interface Pbkdf2 {
  password: string
  salt: Buffer
  iterations: number
  length: number
  digest: string
}

const derive = ({ password, salt, iterations, length, digest }: Pbkdf2): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, length, digest, (error, key) => (error ? reject(error) : resolve(key)))
  })
