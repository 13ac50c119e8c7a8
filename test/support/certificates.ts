import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import {
  type CertificateFields,
  clientAuth,
  type Issuer,
  issueCertificate,
  issueRevocationList,
  serverAuth,
  toPem,
} from '../../packages/server/src/features/mutual-tls/x509/issue.ts'
import type { Reply } from './test-latchkey.ts'
import { must } from './must.ts'

const day = 86_400_000

/** A certificate and the key that it is of, as a client of TLS wants them. */
export interface Credential {
  cert: string
  key: string
  der: Uint8Array
  thumbprint: string
  serial: string
}

export interface TestCa extends Issuer {
  cert: string
  /** Issues a certificate, by default for clients; valid from yesterday on for a month. */
  issue(subject: string, fields?: Partial<CertificateFields>): Credential
  /** PEM. */
  revoke(...revoked: Credential[]): string
  list(fields?: {
    serials?: string[]
    thisUpdate?: number
    nextUpdate?: number
    issuer?: Issuer
    extensions?: Uint8Array[]
  }): Uint8Array
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A CA of its own; below another where one is given. */
export function createTestCa(
  subject = 'CN=Test CA',
  above?: Issuer,
  fields: Partial<CertificateFields> = {},
): TestCa {
  const issuer: Issuer = { subject, ...newKeys() }
  const cert = toPem(
    'CERTIFICATE',
    issueCertificate({
      issuer: above ?? issuer,
      subject,
      publicKey: issuer.publicKey,
      ...lasting(),
      isAuthority: true,
      ...fields,
    }),
  )
  const list: TestCa['list'] = (given = {}) =>
    issueRevocationList({
      issuer,
      serials: [],
      thisUpdate: Date.now() - day,
      nextUpdate: Date.now() + day,
      ...given,
    })
  return {
    ...issuer,
    cert,
    list,
    issue(subject, fields = {}) {
      const { publicKey, privateKey } = newKeys()
      const der = issueCertificate({
        issuer,
        subject,
        publicKey,
        ...lasting(),
        purposes: [clientAuth],
        ...fields,
      })
      const { serialNumber: serial, fingerprint256 } = new X509Certificate(der)
      return {
        cert: toPem('CERTIFICATE', der),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
        der,
        thumbprint: Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
        serial: serial.toLowerCase(),
      }
    },
    revoke: (...revoked) => toPem('X509 CRL', list({ serials: revoked.map(({ serial }) => serial) })),
  }
}

const lasting = () => ({ notBefore: Date.now() - day, notAfter: Date.now() + 30 * day })

/** Files in a folder that goes away with the test: their paths, and how one is written anew. */
export function createFiles<Name extends string>(contents: Record<Name, string | Uint8Array>) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-certificates-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const paths = {} as Record<Name, string>
  const write = (name: Name, content: string | Uint8Array): void =>
    writeFileSync((paths[name] = join(folder, name)), content, { mode: 0o600 })
  for (const [name, content] of Object.entries<string | Uint8Array>(contents)) write(name as Name, content)
  return { folder, paths, write }
}

/** A certificate for `localhost`, to be served with. */
export const serverCredential = (ca: TestCa): Credential =>
  ca.issue('CN=localhost', { purposes: [serverAuth], dnsNames: ['localhost'] })

export interface TlsRequest extends Omit<RequestOptions, 'headers'> {
  body?: unknown
  headers?: Record<string, string>
}

/** One request over TLS on a connection of its own, with a client certificate where `cert` and `key` are given. */
export function sendOverTls<Body = Record<string, unknown>>(
  url: string,
  { body, headers, ...options }: TlsRequest,
): Promise<Reply<Body>> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent: false,
        ...options,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (answer) => {
        const given = new Headers(
          Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
        )
        json(answer).then(
          (read) =>
            resolve({
              status: must(answer.statusCode),
              headers: given,
              body: read as Body,
              code: (read as { code?: string }).code,
            }),
          reject,
        )
      },
    )
    sent.once('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
