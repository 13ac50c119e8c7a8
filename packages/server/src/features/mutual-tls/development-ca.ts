import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { days } from '@latchkey/contract'
import { makeFolder } from '../../config/make-folder.ts'
import { type Certificate, parseCertificates } from './x509/certificate.ts'
import {
  clientAuth,
  type Issuer,
  issueCertificate,
  issueRevocationList,
  serverAuth,
  toPem,
} from './x509/issue.ts'
import { parseRevocationLists } from './x509/revocation-list.ts'

/** A CA for development in a folder: itself, a server for this machine, clients, and a revocation list. */
export interface DevelopmentCa {
  /** The paths of its files. */
  files: { ca: string; crl: string; server: string; serverKey: string }
  /** Makes a certificate for a client, beside one that there may be already. */
  issue(name: string): IssuedClient
  /** Puts the certificate of a client onto the list. False where there is no such client. */
  revoke(name: string): boolean
}

export interface IssuedClient {
  name: string
  certificate: string
  key: string
  subject: string
  thumbprint: string
}

/** It ends as a whole, so that nothing is forgotten on machines for years. */
const lifetime = days(365)
const caSubject = 'CN=Latchkey development CA'

/** Names of clients: they become names of files. */
export const isClientName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) && !['ca', 'crl', 'server'].includes(name.replace(/-key$/, ''))

/** Opens the one in the folder, or makes it. */
export function openDevelopmentCa(folder: string, now: number): DevelopmentCa {
  makeFolder(folder)
  const at = (name: string): string => join(folder, `${name}.pem`)
  const notAfter = now + lifetime
  const issuer = existsSync(at('ca-key')) ? readIssuer() : makeIssuer()
  if (!existsSync(at('server'))) makeServer()
  if (!existsSync(at('crl'))) writeList([])

  return {
    files: { ca: at('ca'), crl: at('crl'), server: at('server'), serverKey: at('server-key') },
    issue,
    revoke,
  }

  function readIssuer(): Issuer {
    const privateKey = createPrivateKey(readFileSync(at('ca-key')))
    return { subject: caSubject, privateKey, publicKey: createPublicKey(privateKey) }
  }

  function makeIssuer(): Issuer {
    const issuer = { subject: caSubject, ...newKeys() }
    const { publicKey } = issuer
    write('ca-key', keyText(issuer.privateKey))
    write(
      'ca',
      toPem(
        'CERTIFICATE',
        issueCertificate({
          issuer,
          subject: caSubject,
          publicKey,
          notBefore: now,
          notAfter,
          isAuthority: true,
        }),
      ),
    )
    return issuer
  }

  function makeServer(): void {
    const names = {
      dnsNames: ['localhost'],
      addresses: [Uint8Array.of(127, 0, 0, 1), Uint8Array.of(...Array<number>(15).fill(0), 1)],
    }
    make('server', { subject: 'CN=localhost', purposes: [serverAuth], ...names })
  }

  function issue(name: string): IssuedClient {
    const { subject, thumbprint } = make(name, { subject: `CN=${name}`, purposes: [clientAuth] })
    return { name, certificate: at(name), key: at(`${name}-key`), subject, thumbprint }
  }

  function make(
    name: string,
    fields: Pick<Parameters<typeof issueCertificate>[0], 'subject' | 'purposes' | 'dnsNames' | 'addresses'>,
  ): Certificate {
    const { publicKey, privateKey } = newKeys()
    const der = issueCertificate({ issuer, publicKey, notBefore: now, notAfter, ...fields })
    const pem = toPem('CERTIFICATE', der)
    write(`${name}-key`, keyText(privateKey))
    write(name, pem)
    return parseCertificates(pem)![0]!
  }

  function revoke(name: string): boolean {
    const [certificate] = existsSync(at(name))
      ? (parseCertificates(readFileSync(at(name), 'utf8')) ?? [])
      : []
    if (!certificate) return false
    const [list] = parseRevocationLists(readFileSync(at('crl'))) ?? []
    writeList([...(list?.revoked ?? []), certificate.serial])
    return true
  }

  function writeList(serials: string[]): void {
    const list = { issuer, serials: new Set(serials), thisUpdate: now, nextUpdate: notAfter }
    write('crl', toPem('X509 CRL', issueRevocationList(list)))
  }

  /** Whole or not at all: a server may be reading. */
  function write(name: string, text: string): void {
    const draft = `${at(name)}.new`
    writeFileSync(draft, text)
    chmodSync(draft, name.endsWith('-key') ? 0o600 : 0o644)
    renameSync(draft, at(name))
  }
}

const newKeys = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })

const keyText = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string
