import { createPrivateKey } from 'node:crypto'
import { extname } from 'node:path'
import { z } from 'zod'

/*
 * The kinds of value that settings have. Each accepts the text of an environment variable and, where that is
 * more comfortable, a typed value. The description of a schema completes "expected …" in error messages.
 */

/** A whole number between two bounds, both included. */
export const wholeNumber = (least: number, most: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .pipe(z.number().int().min(least).max(most))
    .describe(`a whole number from ${least} to ${most}`)

/** One of a few words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words).describe(`one of ${words.join(', ')}`)

/** Some of a few words, separated by commas; at least one, each once. */
export const someOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z
    .union([z.array(z.string()), z.string().transform((list) => list.split(',').map((word) => word.trim()))])
    .pipe(
      z
        .array(z.enum(words))
        .min(1)
        .refine((list) => new Set(list).size === list.length),
    )
    .describe(`one or more of ${words.join(', ')}, separated by commas`)

/** Text without control characters that is not empty. */
export const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u)
    .describe(`text of 1 to ${most} characters`)

/** A name for a mail header; refuses characters that would need quoting there. */
export const displayName = text(64)
  .regex(/^[^\p{Cc}<>@",;:\\()[\]]+$/u)
  .describe('a name of 1 to 64 characters, without < > @ " , ; : \\ ( ) [ ]')

/** `host` to listen on: a name or an address, nothing that holds a port or a path. */
export const host = z
  .union([z.string().regex(/^[0-9A-Za-z._-]{1,253}$/), z.ipv6()])
  .describe('a host name or an IP address, without a port')

/**
 * The address under which browsers reach the server. Only an origin: the issuer of every token is compared
 * byte by byte (RFC 8414 §3.3), so that nothing may be left to normalise.
 */
export const publicUrl = z
  .string()
  .transform(toWebOrigin)
  .pipe(z.string())
  .describe(
    'the address that browsers use, such as https://auth.example.com: no path, query, fragment or password',
  )

function toWebOrigin(text: string): string | null {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return null
  // `URL` reads `https:/host`, `https:\\host` and tabs in the middle as well; only the plain spelling passes.
  if (!/^https?:\/\/[^/?#@\s\\]+\/?$/i.test(text)) return null
  return url.origin
}

/** Exact origins; apps in a shell may have schemes of their own (`capacitor://localhost`). */
export const origins = list(z.string().transform(toOrigin).pipe(z.string())).describe(
  'exact origins such as https://app.example.com, separated by commas; no *, no paths',
)

function toOrigin(text: string): string | null {
  if (/^https?:/i.test(text)) return text.includes('*') ? null : toWebOrigin(text)
  return /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(?::\d{1,5})?$/.test(text) ? text : null
}

/** Origins as passkeys name them: of sites, and of Android apps by the hash of the key that signs them. */
export const passkeyOrigins = list(
  z
    .string()
    .transform((text) => (isAndroidApp(text) ? text : toSecureOrigin(text)))
    .pipe(z.string()),
).describe(
  'origins such as https://app.example.com, http://localhost:5173 or android:apk-key-hash:<43 characters>, separated by commas',
)

const isAndroidApp = (text: string): boolean => /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/.test(text)

function toSecureOrigin(text: string): string | null {
  const origin = text.includes('*') ? null : toWebOrigin(text)
  if (origin === null) return null
  return origin.startsWith('https:') || new URL(origin).hostname === 'localhost' ? origin : null
}

/** A domain in plain letters. */
export const domain = z
  .string()
  .max(253)
  .regex(/^(?:localhost|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9])$/)
  .describe('a domain such as example.com, in lower case, without scheme and port')

/** Addresses of pages that people may be sent to; each is compared as a whole. */
export const returnUrls = list(z.string().refine(isReturnUrl)).describe(
  'whole addresses such as https://app.example.com/signed-in, separated by commas; https, or http on localhost; no #',
)

/** A path of this server, or an address elsewhere. */
export const destination = z
  .string()
  .refine((text) => isReturnUrl(text) || /^\/(?!\/)[\w.~/-]*$/.test(text))
  .describe('a path such as /account, or an address such as https://app.example.com/signed-in')

function isReturnUrl(text: string): boolean {
  // Accepts only the plain spelling: refuses text that `URL` would have to repair, and a host that means more than one
  // (`*`, `;`) in a content security policy.
  if (!/^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?(?:[/?][^#\s\\]*)?$/.test(text)) return false
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || loopbackNames.has(url.hostname))
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A file that is served as it is; its ending gives the type. The start shows if it can be read. */
export const servedFile = (...endings: readonly string[]) =>
  z
    .string()
    .min(1)
    .max(1024)
    .refine((path) => endings.includes(extname(path).toLowerCase()))
    .describe(`the path of a file that ends in ${endings.join(', ')}`)

/** A file that is read at the start; whether it can be used shows then. */
export const file = z.string().min(1).max(1024).describe('the path of a file')

/** Addresses and networks of proxies. A network of everyone (`/0`) would let anyone choose their address. */
export const proxies = list(
  z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).refine((network) => !network.endsWith('/0')),
).describe('IP addresses or networks such as 10.0.0.0/8, separated by commas; not /0')

/** The location of the data. */
export const databaseUrl = z
  .string()
  .refine((text) => /^sqlite:[^\s?#][^?#]*$/.test(text) || isUrlOf(text, ['postgres:', 'postgresql:']))
  .describe('sqlite:<path>, sqlite::memory: or postgres://user:password@host:5432/database')

/** A mail server. `?starttls=optional` permits unencrypted mail to a server that has no TLS. */
export const smtpUrl = z
  .string()
  .refine((text) => isUrlOf(text, ['smtp:', 'smtps:']) && isPlainServer(new URL(text)))
  .describe('smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465')

const isUrlOf = (text: string, protocols: string[]): boolean =>
  !/\s/.test(text) && protocols.includes(URL.parse(text)?.protocol ?? '') && /^[a-z]+:\/\//i.test(text)

const isPlainServer = ({ username, password, hostname, pathname, search, hash }: URL): boolean =>
  hostname !== '' &&
  isPercentEncoded(username + password) &&
  /^\/?$/.test(pathname) &&
  /^(\?starttls=optional)?$/.test(search) &&
  hash === ''

const isPercentEncoded = (text: string): boolean => !/%(?![0-9A-Fa-f]{2})/.test(text)

/** The address that messages are posted to; over plain http only on this machine. */
export const smsUrl = z
  .string()
  .refine(isMessageUrl)
  .describe('https://account:token@gateway.example.com/path, or http on localhost')

function isMessageUrl(text: string): boolean {
  if (!isUrlOf(text, ['http:', 'https:']) || text.includes('#')) return false
  const { protocol, hostname, username, password } = new URL(text)
  return (protocol === 'https:' || loopbackNames.has(hostname)) && isPercentEncoded(username + password)
}

/** A number, a name as phones show it, or the id of a messaging service. */
export const smsSender = z
  .string()
  .regex(/^(?:\+[1-9]\d{6,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/)
  .describe('a number such as +4915123456789, a name of up to 11 letters and digits, or MG and 32 digits')

/** How phone numbers may begin. */
export const prefixes = list(z.string().regex(/^\+(?:[1-9]\d{0,9})?$/)).describe(
  'beginnings of phone numbers such as +49, separated by commas; + alone for all',
)

/** Yes or no. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
  .describe('true or false')

/** The sender of every mail: an address, or a name with an address. The mail slice checks its grammar again. */
export const mailbox = z
  .string()
  .max(320)
  .regex(
    /^(?:[^\p{Cc}<>@",;:\\()[\]]+ <[^\p{Cc}\s<>@",;]+@[^\p{Cc}\s<>@",;]+>|[^\p{Cc}\s<>@",;]+@[^\p{Cc}\s<>@",;]+)$/u,
  )
  .describe('an address such as no-reply@example.com or Example <no-reply@example.com>')

/** One secret. 32 characters hold 128 bits even when they are hexadecimal digits. */
export const secret = z
  .string()
  .min(32)
  .max(1024)
  .regex(/^[\x21-\x7e]+$/)
  .describe('at least 32 random characters, without spaces')

/** Secrets, newest first: the first one signs, all verify. */
export const secretRing = list(secret.regex(/^[^,]+$/))
  .pipe(
    z.custom<readonly [string, ...string[]]>(
      (ring) => Array.isArray(ring) && ring.length > 0 && ring.length <= 16,
    ),
  )
  .describe('at least 32 random characters; several, newest first, are separated by commas')

function list<Item extends z.ZodType<string, string>>(item: Item) {
  return z.union([z.array(item).readonly(), z.string().transform(splitList).pipe(z.array(item)).readonly()])
}

function splitList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

/** The same, or null for "none". */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullable().describe(schema.description ?? '')

/** A path below which routes stand: starts with a slash, ends without one. */
export const path = z
  .string()
  .regex(/^(\/[a-z0-9][a-z0-9_-]*)+$/)
  .describe('a path such as /api, in lower case, without a slash at its end')

/** Names of machines, each with or without a port; compared as they stand in an address. */
export const privateHosts = list(
  z
    .string()
    .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/)
    // Accepts only the spelling that the parser of addresses keeps.
    .refine((host) => URL.parse(`ftp://${host}`)?.host === host),
).describe('host names or addresses such as keycloak.internal or localhost:8080, separated by commas')

/** An issuer as its tokens carry it, byte by byte (OpenID Connect Discovery §4.3): https, or http on localhost. */
export const issuerUrl = z
  .string()
  .max(1024)
  .refine((text) => isReturnUrl(text) && !text.includes('?') && !text.endsWith('/.well-known'))
  .describe('an address such as https://login.example.com, without query; https, or http on localhost')

/** A directory of Microsoft Entra. */
export const microsoftTenant = z
  .string()
  .regex(/^(?:common|organizations|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/)
  .describe('the id of a directory in lower case, common or organizations')

/** A private key on the curve P-256, in PEM. */
export const ecPrivateKey = z
  .string()
  // Environments often hold line ends as two characters.
  .transform((pem) => pem.replaceAll('\\n', '\n'))
  .refine(isEcPrivateKey)
  .describe('a private key on the curve P-256 in PEM (-----BEGIN PRIVATE KEY-----)')

function isEcPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}

const builtInProviders: readonly string[] = ['google', 'microsoft', 'apple', 'github', 'gitlab', 'discord']

/** The provider's id in addresses. */
const providerId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/)
const scopeTokens = z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/))

/** An issuer of OpenID Connect that is found by discovery. */
const oidcProvider = z.strictObject({
  id: providerId,
  /** The name on the button. */
  label: displayName,
  issuer: issuerUrl,
  clientId: text(255),
  /** Secret of the client. Omitted for a public client, which proves only its code's verifier. */
  clientSecret: text(1024).optional(),
  /** The scopes to request beside `openid`. */
  scopes: scopeTokens.default(['email', 'profile']),
  /** The domains for whose addresses its `email_verified` counts; `*` for every one. */
  emailDomains: z
    .array(z.string().regex(/^(?:\*|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?=[0-9-]*[a-z])[a-z0-9-]+)$/))
    .default([]),
  /** True if its claim to have asked for a second factor counts (`amr` with `mfa`). */
  trustsMfa: z.boolean().default(false),
})
export type OidcProvider = z.output<typeof oidcProvider>

export const oidcProviders = z
  .union([z.array(oidcProvider), z.string().transform(parseJson).pipe(z.array(oidcProvider))])
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length)
  .refine((list) => !list.some(({ id }) => builtInProviders.includes(id)))
  .describe(
    `a JSON list of { "id", "label", "issuer", "clientId" } with "clientSecret", "scopes", "emailDomains" and "trustsMfa" as needed; each id once, and none of ${builtInProviders.join(', ')}`,
  )

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Whose tokens are kept: the id of a provider, then the scopes that are asked for on top. */
export const keptTokens = list(
  z.string().regex(/^[a-z][a-z0-9-]{0,31}(?: +[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255})*$/),
).describe('ids of providers, each followed by scopes and spaces, separated by commas')
