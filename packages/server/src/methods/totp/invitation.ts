import { encodeQR } from 'qr'
import type { TotpOptions } from './options.ts'
import { encodeBase32 } from './base32.ts'

export interface Invited {
  seed: Uint8Array
  /** The installation, as apps show it. */
  issuer: string
  /** The user, as apps show them. */
  account: string
}

/** A seed as an app takes it over: by camera, by link, or typed. */
export function invitationOf(invited: Invited): TotpOptions {
  const secret = encodeBase32(invited.seed)
  const uri = keyUri(invited, secret)
  return { secret: secret.replaceAll(/.{4}(?=.)/g, '$& '), uri, qr: qrPicture(uri) }
}

/**
 * The Key URI format. The label is `issuer:account` and the issuer stands a second time as a parameter, for apps that
 * read only one of them. What apps take for granted (SHA-1, 6 digits, 30 seconds) is said all the same: some ask.
 */
function keyUri({ issuer, account }: Invited, secret: string): string {
  // A colon in either would move the border between them.
  const label = [issuer, account].map((part) => encodeURIComponent(part.replaceAll(':', ' '))).join(':')
  const parameters = { secret, issuer, algorithm: 'SHA1', digits: '6', period: '30' }
  // Apps read %20 as a space, and some of them + as a plus.
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `otpauth://totp/${label}?${query.join('&')}`
}

/**
 * An SVG as an image, which our content security policy allows, and in which nothing runs. Dark on white, also where the
 * page is dark, with four modules of margin: scanners want both (ISO/IEC 18004 §6.3.8).
 */
function qrPicture(text: string): string {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const size = modules.length
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${modules.flatMap(runsOf).join('')}"/></svg>`
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

/** The dark modules of a row, neighbours as one rectangle: a third of the size. */
function runsOf(row: readonly boolean[], y: number): string[] {
  const line = row.map((isDark) => (isDark ? '#' : ' ')).join('')
  return [...line.matchAll(/#+/g)].map(({ 0: { length }, index }) => `M${index} ${y}h${length}v1h-${length}z`)
}
