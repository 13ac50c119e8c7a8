import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { ConfigError, type Fault } from '../../config/config-error.ts'
import { isOpenToOthers } from '../../config/is-open-to-others.ts'
import type { Config } from '../../config/config.ts'
import type { Log } from '../../core/log/log.ts'
import { type Authority, authorityKeyOf, hasIssued, type Trust } from './policy.ts'
import { type Certificate, parseCertificates } from './x509/certificate.ts'
import { clientAuth } from './x509/issue.ts'
import { isListOf, parseRevocationLists, type RevocationList } from './x509/revocation-list.ts'

export type TlsSettings = Pick<Config, 'tlsCert' | 'tlsKey' | 'mtlsCa' | 'mtlsCrl' | 'nodeEnv'>

/** The complete, consistent contents of the files that the settings name. */
export interface TlsContents {
  /** PEM for the listener; null if it speaks plain HTTP. */
  server: { cert: string; key: string } | null
  /** PEM of the CAs, for the listener to name to its clients. */
  ca: string | null
  /** Null if client certificates are off. */
  trust: Trust | null
}

/** The files as they were last found whole. */
export interface TlsFiles {
  /** Throws ConfigError with every fault where they have not been read before. */
  current(): TlsContents
  /**
   * Reads them again where they have changed, and keeps what was where the new ones are not whole: they are being written,
   * or were written wrongly, which is logged. Whether anything is new.
   */
  refresh(): boolean
  /** Calls `listener` after each change. Returns how to stop. */
  onChange(listener: () => void): () => void
}

export function createTlsFiles(config: TlsSettings, log: Log): TlsFiles {
  const listeners = new Set<() => void>()
  let contents: TlsContents | undefined
  let seen = ''
  let complaint = ''

  return {
    current: () => contents ?? load(),
    refresh,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }

  function load(): TlsContents {
    const state = stateOf(config)
    contents = readTlsFiles(config)
    seen = state
    return contents
  }

  function refresh(): boolean {
    if (stateOf(config) === seen) return false
    try {
      load()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      // Said once, not with every look.
      if (complaint !== error.message) log.error('the files of TLS are kept as they were', { error })
      complaint = error.message
      return false
    }
    complaint = ''
    log.info('the files of TLS were read anew')
    for (const listener of listeners) listener()
    return true
  }
}

/** Returns a text that changes when a file does, also behind a link. */
function stateOf(config: TlsSettings): string {
  const paths = [config.tlsCert, config.tlsKey, config.mtlsCa, config.mtlsCrl]
  return paths
    .map((path) => {
      const stats = path === null ? undefined : statSync(path, { bigint: true, throwIfNoEntry: false })
      return stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : ''
    })
    .join('\n')
}

/** Throws ConfigError with every fault. */
export function readTlsFiles(config: TlsSettings): TlsContents {
  const faults: Fault[] = []
  const server = readServer(config, faults)
  const trust = readTrust(config, faults)
  if (faults.length > 0) throw new ConfigError(faults)
  return { server, ...trust }
}

function readServer({ tlsCert, tlsKey, nodeEnv }: TlsSettings, faults: Fault[]): TlsContents['server'] {
  if (tlsCert === null || tlsKey === null) return null
  const cert = readText('TLS_CERT', tlsCert, faults)
  const key = readText('TLS_KEY', tlsKey, faults)
  if (cert === null || key === null) return null
  const [certificate, secret] = [firstCertificate(cert), privateKey(key)]
  if (!certificate) faults.push(fault('TLS_CERT', tlsCert, 'PEM certificates, that of the server first'))
  if (!secret) faults.push(fault('TLS_KEY', tlsKey, 'a private key in PEM without a password'))
  if (certificate && secret && !certificate.checkPrivateKey(secret))
    faults.push(fault('TLS_KEY', tlsKey, 'the private key of the certificate in TLS_CERT'))
  if (nodeEnv === 'production' && isOpenToOthers(tlsKey))
    faults.push({
      ...fault(
        'TLS_KEY',
        `${tlsKey}, which other users of this machine can read`,
        'a file that only its owner can read',
      ),
      example: `chmod 600 ${tlsKey}`,
    })
  return { cert, key }
}

function readTrust({ mtlsCa, mtlsCrl }: TlsSettings, faults: Fault[]): Pick<TlsContents, 'ca' | 'trust'> {
  const ca = mtlsCa === null ? null : readText('MTLS_CA', mtlsCa, faults)
  if (mtlsCa === null || ca === null) return { ca: null, trust: null }
  const certificates = parseCertificates(ca) ?? []
  if (certificates.length === 0)
    faults.push(fault('MTLS_CA', mtlsCa, 'PEM certificates of CAs, and nothing else'))
  for (const certificate of certificates) {
    const unfit = unfitnessOf(certificate)
    if (unfit !== null)
      faults.push(
        fault(
          'MTLS_CA',
          `${mtlsCa}: ${certificate.subject}, ${unfit}`,
          'certificates of CAs that issue certificates to clients',
        ),
      )
  }
  const lists = mtlsCrl === null ? null : readLists(mtlsCrl, certificates, faults)
  return { ca, trust: trustOf(certificates, lists) }
}

/** Why no client could be trusted by this CA; null where one can. */
function unfitnessOf({ x509, unknownCritical, purposes }: Certificate): string | null {
  if (!x509.ca) return 'which is no CA'
  // Name constraints among them: what limits a CA must be understood by whoever trusts it.
  if (unknownCritical.length > 0)
    return `whose critical extensions ${unknownCritical.join(' ')} are not supported`
  return purposes && !purposes.includes(clientAuth) ? 'which is not for client authentication' : null
}

function readLists(path: string, certificates: Certificate[], faults: Fault[]): RevocationList[] {
  const file = readBytes('MTLS_CRL', path, faults)
  if (!file) return []
  const lists = parseRevocationLists(file)
  if (!lists) {
    faults.push(
      fault(
        'MTLS_CRL',
        path,
        'revocation lists in PEM, or one in DER, that are complete and end (nextUpdate)',
      ),
    )
    return []
  }
  if (lists.some((list) => !certificates.some((certificate) => isListOf(list, certificate))))
    faults.push(fault('MTLS_CRL', path, 'lists that a CA of MTLS_CA has signed'))
  for (const certificate of certificates) {
    if (!lists.some((list) => isListOf(list, certificate)))
      faults.push(
        fault(
          'MTLS_CRL',
          `${path}, without a list of ${certificate.subject}`,
          'a list of each CA of MTLS_CA',
        ),
      )
  }
  return lists
}

function trustOf(certificates: Certificate[], lists: RevocationList[] | null): Trust {
  const authorities = certificates.map((certificate): Authority & { parents: Authority[] } => ({
    certificate,
    key: authorityKeyOf(certificate),
    list: lists && newestOf(lists.filter((list) => isListOf(list, certificate))),
    parents: [],
  }))
  for (const authority of authorities)
    authority.parents.push(
      ...authorities.filter(
        (other) => other !== authority && hasIssued(other.certificate, authority.certificate),
      ),
    )
  return { authorities }
}

const newestOf = (lists: RevocationList[]): RevocationList | null =>
  lists.toSorted((a, b) => b.thisUpdate - a.thisUpdate)[0] ?? null

function firstCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

function privateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem)
  } catch {
    return null
  }
}

const readText = (key: string, path: string, faults: Fault[]): string | null =>
  readBytes(key, path, faults)?.toString('latin1') ?? null

function readBytes(key: string, path: string, faults: Fault[]): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    faults.push(fault(key, `${path} (${code})`, 'a file that this process may read'))
    return null
  }
}

const fault = (key: string, given: string, expected: string): Fault => ({ key, given, expected })
