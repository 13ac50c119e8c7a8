import { isIP } from 'node:net'
import type { Config } from './config.ts'

/** Whom passkeys are made for (WebAuthn Level 3 §4, Relying Party). */
export interface RelyingParty {
  /** A domain: passkeys work on it and on everything below it. */
  id: string
  /** The origins where passkeys may be used, as browsers and apps name them. */
  origins: ReadonlySet<string>
  /** The origins outside of the domain, which `/.well-known/webauthn` has to name. */
  related: readonly string[]
}

/** Why an address cannot have passkeys. */
export type NoPasskeys = 'ip_address' | 'not_secure'

const reasons: Record<NoPasskeys, string> = {
  ip_address: 'PUBLIC_URL names an IP address, and passkeys belong to a domain',
  not_secure: 'PUBLIC_URL is http, and browsers offer passkeys on https and on localhost only',
}

/** Explains why configured passkeys are not offered; null if they are, or are not configured. */
export function explainNoPasskeys(config: Settings & Pick<Config, 'signInMethods'>): string | null {
  const decided = decideRelyingParty(config)
  return typeof decided === 'string' && config.signInMethods.includes('passkey') ? reasons[decided] : null
}

type Settings = Pick<Config, 'publicUrl' | 'passkeyRpId' | 'passkeyOrigins' | 'allowedOrigins'>

/** The relying party of an installation, or why browsers would refuse it. */
export function decideRelyingParty(config: Settings): RelyingParty | NoPasskeys {
  const { protocol, hostname } = new URL(config.publicUrl)
  if (isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0) return 'ip_address'
  if (protocol !== 'https:' && !isLocalhost(hostname)) return 'not_secure'
  const id = config.passkeyRpId ?? hostname
  // Web apps that may sign people in with a password may do so with a passkey.
  const apps = config.allowedOrigins.filter((origin) => isWithin(id, origin))
  const origins = new Set([config.publicUrl, ...apps, ...config.passkeyOrigins])
  const related = config.passkeyOrigins.filter((origin) => isWeb(origin) && !isWithin(id, origin))
  return { id, origins, related }
}

/** True if a host is the domain or lies below it. */
export const isHostWithin = (domain: string, host: string): boolean =>
  host === domain || host.endsWith(`.${domain}`)

const isWeb = (origin: string): boolean => /^https?:/.test(origin)

function isWithin(domain: string, origin: string): boolean {
  if (!isWeb(origin)) return false
  const { protocol, hostname } = new URL(origin)
  return isHostWithin(domain, hostname) && (protocol === 'https:' || isLocalhost(hostname))
}

/** True for hosts that browsers trust without TLS. */
const isLocalhost = (hostname: string): boolean => isHostWithin('localhost', hostname)
