import { type CertificateHeader, certificateHeaders, type CertificateProxies } from './client-certificate.ts'
import { createTrust } from './network.ts'
import type { Refusal } from './refusal.ts'

/** The options of the adapters, beside their verifier. */
export interface AuthOptions {
  /**
   * The address at which clients reach this service, with the path that a proxy takes off. DPoP needs it, whose proofs
   * name the address (RFC 9449 §4.3), and cookies do. The request's `Host` is not asked: its sender writes it.
   */
  publicUrl?: string
  /** Takes the session cookie too; default no. Needs `publicUrl`, and a verifier with a credential. */
  cookie?: boolean
  /** Other origins whose pages may change something with the cookie. */
  allowedOrigins?: readonly string[]
  /**
   * The header in which a proxy that ends TLS passes on the client certificate, for tokens bound to one (RFC 8705).
   * Believed only from {@link AuthOptions.trustedProxies}, and only on Node, which tells the address of the peer. The
   * proxy must overwrite what clients send in it.
   */
  certificateHeader?: CertificateHeader
  /** Addresses and networks such as `10.0.0.0/8` of these proxies. */
  trustedProxies?: readonly string[]
  /** Called with every refusal of a guarded route, for your log. */
  onRefusal?: (refusal: Refusal) => void
}

/** The options as the guard wants them. */
export interface AuthSettings {
  base: URL | null
  /** The origins from which something may be changed with the cookie. */
  origins: ReadonlySet<string>
  /** Null if no cookie is taken. */
  cookieName: string | null
  /** Null if only the certificate of the connection counts. */
  certificateProxies: CertificateProxies | null
  onRefusal: (refusal: Refusal) => void
}

const known = {
  publicUrl: true,
  cookie: true,
  allowedOrigins: true,
  certificateHeader: true,
  trustedProxies: true,
  onRefusal: true,
} satisfies Record<keyof AuthOptions, true>

/** Throws TypeError that says what was given, what is expected, and where to read. */
export function readAuthOptions(options: AuthOptions): AuthSettings {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (unknown !== undefined) throw misuse(`there is no option ${unknown}`)
  const { publicUrl, cookie = false, allowedOrigins = [], onRefusal = () => {} } = options
  const base = publicUrl === undefined ? null : readUrl(publicUrl)
  if (cookie && !base) throw misuse('cookie: true needs publicUrl, to tell forged requests')
  const wrong = allowedOrigins.find((each) => URL.parse(each)?.origin !== each)
  if (wrong !== undefined)
    throw misuse(`${JSON.stringify(wrong)} is no origin such as https://app.example.com`)
  return {
    base,
    origins: new Set([...(base ? [base.origin] : []), ...allowedOrigins]),
    cookieName: cookie && base ? cookieNameAt(base) : null,
    certificateProxies: readCertificateProxies(options),
    onRefusal,
  }
}

function readCertificateProxies({
  certificateHeader: header,
  trustedProxies = [],
}: AuthOptions): CertificateProxies | null {
  if (header === undefined && trustedProxies.length === 0) return null
  if (!certificateHeaders.includes(header as CertificateHeader))
    throw misuse(
      `certificateHeader is ${JSON.stringify(header)}, not one of ${certificateHeaders.join(', ')}`,
    )
  const isTrusted = trustedProxies.length > 0 ? createTrust(trustedProxies) : null
  if (!isTrusted) throw misuse('certificateHeader needs trustedProxies: addresses or networks, and not /0')
  return { header: header as CertificateHeader, isTrusted }
}

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    throw misuse(`publicUrl is ${JSON.stringify(text)}, not the address of this service`)
  return url
}

/** As the server names it: browsers take a `__Host-` cookie over https alone (RFC 6265bis §4.1.3). */
const cookieNameAt = ({ protocol }: URL): string =>
  protocol === 'https:' ? '__Host-latchkey-session' : 'latchkey-session'

const misuse = (what: string): TypeError => new TypeError(`${what}. See docs/verify.md.`)
