import { X509Certificate } from 'node:crypto'
import { days, type Instant, type Milliseconds } from '@latchkey/contract'
import { ConfigError } from '../../config/config-error.ts'
import type { Config } from '../../config/config.ts'
import { readTlsFiles, type TlsContents } from '../../features/mutual-tls/files.ts'
import { fail, type Finding, ok, warn } from './check.ts'

/** Warning time that leaves enough to renew by hand. */
const notice = days(14)

/** Lists are made anew all the time: those that live for a week are near their end always. */
const listNotice = days(1)

interface End {
  what: string
  at: Instant
  notice: Milliseconds
}

/** Checks the files of TLS, and reports those that expire soon. */
export function checkTls(config: Config, now: Instant): Finding[] {
  if (config.tlsCert === null && config.mtlsCa === null) return []
  try {
    const findings = endsOf(readTlsFiles(config)).flatMap((end) => checkEnd(end, now))
    return findings.length > 0 ? findings : [ok('TLS', 'Its files are whole, and none of them ends soon.')]
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [fail('TLS', error.message, 'Mend these files; latchkey config check names them again.')]
  }
}

const endsOf = ({ server, trust }: TlsContents): End[] => [
  ...(server ? [{ what: 'The certificate of this server', at: endOf(server.cert), notice }] : []),
  ...(trust?.authorities ?? []).flatMap(({ certificate: { subject, notAfter }, list }) => [
    { what: `The CA ${subject}`, at: notAfter, notice },
    ...(list ? [{ what: `The revocation list of ${subject}`, at: list.nextUpdate, notice: listNotice }] : []),
  ]),
]

const endOf = (pem: string): Instant => new X509Certificate(pem).validToDate.getTime()

function checkEnd({ what, at, notice }: End, now: Instant): Finding[] {
  const date = new Date(at).toISOString()
  if (at <= now) return [fail('TLS', `${what} has ended on ${date}.`, 'Put a new one into the file.')]
  return at > now + notice ? [] : [warn('TLS', `${what} ends on ${date}.`, 'Renew it.')]
}
