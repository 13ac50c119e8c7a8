import {
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const algorithms = ['ES256', 'EdDSA', 'RS256', 'HS256'] as const
export type Algorithm = (typeof algorithms)[number]

/** The facts about an issuer that a verifier needs. Plain text, so that they may cross processes. */
export interface IssuerFacts {
  readonly url: string
  readonly audience: string
  readonly algorithm: Algorithm
  readonly kid: string
  /** The PEM of the public key; for HS256 the secret in base64. */
  readonly key: string
  /** The path of the tokens, one a line. */
  readonly tokens: string
}

export interface TokenIssuer {
  readonly facts: IssuerFacts
  close(): void
}

const audience = 'https://api.example.com'
const kid = 'bench'
const mostForClients = 96
/** In force all the time, as on a busy server: a verifier that looks none of them up would have an easy life. */
const revocations = 100

const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/**
 * Opens an issuer with as many different tokens as a measure needs, in the form of Latchkey's: metadata, keys, and a
 * revocation feed on which nothing new happens. `GET /tokens` hands some out.
 */
export async function openTokenIssuer(algorithm: Algorithm, count: number): Promise<TokenIssuer> {
  const { privateKey, publicKey } = createKeys(algorithm)
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/revocations') followNothing(response)
    else response.end(JSON.stringify(documents[path ?? '']?.() ?? null))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const mint = createMint(url, algorithm, privateKey)
  const documents: Record<string, () => unknown> = {
    '/.well-known/oauth-authorization-server': () => ({
      issuer: url,
      jwks_uri: `${url}/.well-known/jwks.json`,
      revocation_feed_endpoint: `${url}/revocations`,
    }),
    '/.well-known/jwks.json': () => ({
      keys: publicKey ? [{ ...publicKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid }] : [],
    }),
    '/tokens': () => Array.from({ length: mostForClients }, mint),
  }
  const tokens = join(folder, `${algorithm}-${count}`)
  writeFileSync(tokens, Array.from({ length: count }, mint).join('\n'))
  const key = publicKey?.export({ format: 'pem', type: 'spki' }) ?? privateKey.export().toString('base64')
  const close = () => {
    server.closeAllConnections()
    server.close()
    rmSync(tokens)
  }
  return { facts: { url, audience, algorithm, kid, key: String(key), tokens }, close }
}

function createKeys(algorithm: Algorithm): { privateKey: KeyObject; publicKey: KeyObject | null } {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generateKeyPairSync('ed25519')
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
    case 'HS256':
      return { privateKey: createSecretKey(randomBytes(32)), publicKey: null }
  }
}

/** Claims as in a token of somebody who signed in with a password; they differ in whose and which they are. */
function createMint(iss: string, algorithm: Algorithm, key: KeyObject): () => string {
  const header = encode({ alg: algorithm, typ: 'at+jwt', kid })
  const iat = Math.floor(Date.now() / 1000)
  const shared = { iss, aud: audience, iat, exp: iat + 86_400, client_id: 'first-party', auth_time: iat }
  return () => {
    const jti = randomBytes(12).toString('base64url')
    const own = { jti, sub: crypto.randomUUID(), sid: crypto.randomUUID() }
    const input = `${header}.${encode({ ...shared, ...own, amr: ['pwd'], acr: 'aal1', epoch: 0 })}`
    return `${input}.${signatureOf(algorithm, Buffer.from(input), key).toString('base64url')}`
  }
}

function signatureOf(algorithm: Algorithm, input: Buffer, key: KeyObject): Buffer {
  if (algorithm === 'HS256') return createHmac('sha256', key).update(input).digest()
  if (algorithm === 'EdDSA') return sign(null, input, key)
  return sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
}

/** A heartbeat every five seconds, as Latchkey's feed has it. */
function followNothing(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const until = new Date(Date.now() + 86_400_000).toISOString()
  const entries = Array.from({ length: revocations }, (_, turn) => {
    const hash = randomBytes(16).toString('base64url')
    return { seq: turn + 1, kind: 'session', hash, at: new Date().toISOString(), until }
  })
  const page = (since: number, entries: unknown[]) => {
    const at = new Date().toISOString()
    const value = { since, entries, cursor: revocations, reset: false, complete: true, at }
    response.write(`data: ${JSON.stringify(value)}\n\n`)
  }
  page(0, entries)
  const heart = setInterval(() => page(revocations, []), 5000)
  response.once('close', () => clearInterval(heart))
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
