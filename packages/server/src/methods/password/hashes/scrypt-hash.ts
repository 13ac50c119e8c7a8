import { scrypt, type ScryptOptions } from 'node:crypto'
import { isEqual } from '../../../core/bytes.ts'
import { decodeBase64 } from './decode-base64.ts'
import { isHashLength, mostMemory, type StoredHash } from './stored-hash.ts'

const phc =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/.]{1,171})\$([A-Za-z0-9+/.]{22,171})$/

/** scrypt as a PHC string; N = 2^ln (RFC 7914 §2). */
export function parseScryptHash(text: string): StoredHash | null {
  const [, ln, r, p, saltText = '', hashText = ''] = phc.exec(text) ?? []
  const salt = decodeBase64(saltText)
  const hash = decodeBase64(hashText)
  if (!salt || !hash || !isHashLength(hash.length)) return null
  const [logN, blockSize, lanes] = [Number(ln), Number(r), Number(p)]
  const memory = 128 * 2 ** logN * blockSize
  if (logN < 1 || logN > 20 || blockSize < 1 || lanes < 1 || !isAffordable(memory, lanes)) return null
  // OpenSSL needs a little more than the algorithm itself.
  const options = {
    N: 2 ** logN,
    r: blockSize,
    p: lanes,
    maxmem: memory + 128 * blockSize * (lanes + 2) + 2 ** 20,
  }
  return {
    matches: async (password) => isEqual(await derive(password, salt, hash.length, options), hash),
  }
}

// Lanes are computed one after the other; all of them together may cost as much as four times the memory.
const isAffordable = (memory: number, lanes: number): boolean =>
  memory <= mostMemory && memory * lanes <= 4 * mostMemory

const derive = (password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
