import { schemas } from '@latchkey/contract'
import type { Config } from '../../config/config.ts'
import type { OidcProvider } from '../../config/schemas.ts'
import { parseEmailAddress } from '../../core/mail/address.ts'

/** A service that people may sign in with. */
export interface Provider {
  /** Used in addresses and in the database. */
  id: string
  /** Name shown to people. */
  label: string
  clientId: string
  authentication: ClientAuthentication
  protocol: OpenIdConnect | OAuth
  scopes: readonly string[]
  /** Additional parameters of the authorization request. */
  parameters: Readonly<Record<string, string>>
  /** True if its tokens are kept for the application. */
  keepsTokens: boolean
  /** True if its word on a second factor is trusted. */
  trustsMfa: boolean
  readProfile: (claims: Claims) => Profile
}

export type ClientAuthentication =
  | { kind: 'post' | 'basic'; secret: string }
  | { kind: 'none' }
  /** A secret that is signed for each use. */
  | { kind: 'apple'; teamId: string; keyId: string; privateKey: string }

export interface OpenIdConnect {
  kind: 'oidc'
  /** Base address of discovery. */
  issuer: string
  /** The issuer that discovery announces, if that is a pattern. @default issuer */
  announced?: string
  /** Returns the issuer required for these claims; null if no issuer can make them. @default announced */
  issuerOf?: (claims: Claims) => string | null
}

/** OAuth 2 without identity: the user is asked for with the access token. */
export interface OAuth {
  kind: 'oauth2'
  /** Issuer in the identity, and of `iss` in an answer if the service sends one. */
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  /** Addresses asked with the access token; the answers become the claims, under these names. */
  profile: Readonly<Record<string, string>>
}

/** Claims of a provider; their types are unchecked. */
export type Claims = Readonly<Record<string, unknown>>

export interface Profile {
  /** Unique at its issuer, for ever: the two make the identity. Null if the provider gave none. */
  subject: string | null
  /** Null if missing or invalid. */
  email: string | null
  /** True if the provider vouches that the address is the user's, and is trusted to. */
  isEmailProven: boolean
  name: string | null
}

type BuiltIn = 'google' | 'microsoft' | 'apple' | 'github' | 'gitlab' | 'discord'
type ProviderRow = Pick<Provider, 'label' | 'scopes' | 'readProfile'> & {
  protocol: (config: Config) => Provider['protocol']
  parameters?: Readonly<Record<string, string>>
  /** Requirements for a refresh token. */
  toKeepTokens?: { scopes?: readonly string[]; parameters?: Readonly<Record<string, string>> }
}

const everyDirectory = 'https://login.microsoftonline.com/{tenantid}/v2.0'
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** The directory of personal accounts. */
const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** One row for each built-in provider: its address, the request's parameters, and which claims are trusted. */
const providerTable = {
  google: {
    label: 'Google',
    protocol: () => ({ kind: 'oidc', issuer: 'https://accounts.google.com' }),
    scopes: ['openid', 'email', 'profile'],
    toKeepTokens: { parameters: { access_type: 'offline', prompt: 'consent' } },
    // Google verified a foreign address only once: it may belong to another person by now.
    readProfile: (claims) =>
      profileOf(claims, {
        vouches: ({ email_verified, hd, email }) =>
          email_verified === true && (isText(hd) || /@gmail\.com$/i.test(String(email))),
      }),
  },
  microsoft: {
    label: 'Microsoft',
    protocol: ({ microsoftTenant: tenant }) => microsoft(tenant),
    scopes: ['openid', 'email', 'profile'],
    toKeepTokens: { scopes: ['offline_access'] },
    // A directory's administrator may write any address into `email`. Only this claim says that the domain is theirs
    // ("nOAuth").
    readProfile: (claims) => profileOf(claims, { vouches: ({ xms_edov }) => xms_edov === true }),
  },
  apple: {
    label: 'Apple',
    protocol: () => ({ kind: 'oidc', issuer: 'https://appleid.apple.com' }),
    scopes: ['openid', 'email', 'name'],
    // If asked for e-mail or name, Apple answers by a form that its page posts to ours.
    parameters: { response_mode: 'form_post' },
    readProfile: (claims) => profileOf(claims, { vouches: isVerified }),
  },
  github: {
    label: 'GitHub',
    protocol: () => ({
      kind: 'oauth2',
      issuer: 'https://github.com',
      authorizationEndpoint: 'https://github.com/login/oauth/authorize',
      tokenEndpoint: 'https://github.com/login/oauth/access_token',
      profile: { user: 'https://api.github.com/user', emails: 'https://api.github.com/user/emails' },
    }),
    scopes: ['read:user', 'user:email'],
    readProfile: readGitHub,
  },
  gitlab: {
    label: 'GitLab',
    protocol: ({ gitlabUrl }) => ({ kind: 'oidc', issuer: gitlabUrl }),
    scopes: ['openid', 'email', 'profile'],
    readProfile: (claims) => profileOf(claims, { vouches: isVerified }),
  },
  discord: {
    label: 'Discord',
    protocol: () => ({
      kind: 'oauth2',
      issuer: 'https://discord.com',
      authorizationEndpoint: 'https://discord.com/oauth2/authorize',
      tokenEndpoint: 'https://discord.com/api/oauth2/token',
      profile: { user: 'https://discord.com/api/users/@me' },
    }),
    scopes: ['identify', 'email'],
    readProfile: ({ user }) => {
      const { id, email, verified, global_name, username } = recordOf(user)
      const claims = { sub: id, email, name: global_name ?? username, email_verified: verified }
      return profileOf(claims, { vouches: isVerified })
    },
  },
} as const satisfies Record<BuiltIn, ProviderRow>

/** The configured providers, in the order in which they are offered. */
export function providersOf(config: Config): Provider[] {
  const kept = keptScopes(config.keepProviderTokens)
  const builtIn = (Object.keys(providerTable) as BuiltIn[]).flatMap((id) => {
    const credentials = credentialsOf(id, config)
    return credentials ? [fromRow(id, credentials, config, kept.get(id))] : []
  })
  return [...builtIn, ...config.oidcProviders.map((issuer) => fromIssuer(issuer, kept.get(issuer.id)))]
}

type Credentials = Pick<Provider, 'clientId' | 'authentication'>

function credentialsOf(id: BuiltIn, config: Config): Credentials | null {
  if (id === 'apple') {
    const {
      appleClientId: clientId,
      appleTeamId: teamId,
      appleKeyId: keyId,
      applePrivateKey: privateKey,
    } = config
    if (clientId === null || teamId === null || keyId === null || privateKey === null) return null
    return { clientId, authentication: { kind: 'apple', teamId, keyId, privateKey } }
  }
  const [clientId, secret] = [config[`${id}ClientId`], config[`${id}ClientSecret`]]
  return clientId === null || secret === null ? null : { clientId, authentication: { kind: 'post', secret } }
}

function fromRow(
  id: BuiltIn,
  credentials: Credentials,
  config: Config,
  kept: readonly string[] | undefined,
): Provider {
  const row: ProviderRow = providerTable[id]
  const { scopes = [], parameters = {} } = kept ? (row.toKeepTokens ?? {}) : {}
  return {
    ...credentials,
    id,
    label: row.label,
    protocol: row.protocol(config),
    scopes: [...row.scopes, ...scopes, ...(kept ?? [])],
    parameters: { ...row.parameters, ...parameters },
    keepsTokens: kept !== undefined,
    trustsMfa: false,
    readProfile: row.readProfile,
  }
}

function fromIssuer(issuer: OidcProvider, kept: readonly string[] | undefined): Provider {
  const { id, label, clientId, clientSecret, scopes, emailDomains, trustsMfa } = issuer
  return {
    id,
    label,
    clientId,
    authentication: clientSecret === undefined ? { kind: 'none' } : { kind: 'basic', secret: clientSecret },
    protocol: { kind: 'oidc', issuer: issuer.issuer },
    scopes: ['openid', ...scopes, ...(kept ? ['offline_access', ...kept] : [])],
    // OpenID Connect Core §11: without it no refresh token is issued.
    parameters: kept ? { prompt: 'consent' } : {},
    keepsTokens: kept !== undefined,
    trustsMfa,
    // The operator of an issuer also decides what it claims about foreign addresses.
    readProfile: (claims) =>
      profileOf(claims, {
        vouches: (said) => isVerified(said) && isWithin(emailDomains, String(said['email'])),
      }),
  }
}

/** Parses `google https://… https://…` by the id. */
const keptScopes = (entries: readonly string[]): Map<string, string[]> =>
  new Map(
    entries.map((entry) => {
      const [id = '', ...scopes] = entry.split(/ +/)
      return [id, scopes]
    }),
  )

/**
 * Discovery announces a pattern for the accounts of many directories. Each token names its own directory's issuer
 * (`tid`), which must match the pattern.
 */
function microsoft(tenant: string): OpenIdConnect {
  const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`
  if (tenant !== 'common' && tenant !== 'organizations') return { kind: 'oidc', issuer }
  return {
    kind: 'oidc',
    issuer,
    announced: everyDirectory,
    issuerOf({ tid }) {
      if (!isText(tid) || !uuid.test(tid) || (tenant === 'organizations' && tid === personal)) return null
      return everyDirectory.replace('{tenantid}', tid)
    },
  }
}

function readGitHub({ user, emails }: Claims): Profile {
  const { id, name, login } = recordOf(user)
  const primary = listOf(emails)
    .map(recordOf)
    .find((each) => each['primary'] === true)
  // The name of an account can be given up and taken by another person; the number cannot.
  const sub = typeof id === 'number' ? String(id) : undefined
  const claims = {
    sub,
    name: name ?? login,
    email: primary?.['email'],
    email_verified: primary?.['verified'],
  }
  return profileOf(claims, { vouches: isVerified })
}

interface Trust {
  /** True if these claims verify the address in `email`. */
  vouches: (claims: Claims) => boolean
}

/** OpenID Connect Core §5.1. */
function profileOf(claims: Claims, { vouches }: Trust): Profile {
  const { sub, email, name } = claims
  const address = isText(email) ? parseEmailAddress(email) : null
  return {
    subject: isText(sub) && subjectPattern.test(sub) ? sub : null,
    email: address,
    isEmailProven: address !== null && vouches(claims),
    name: isText(name) ? tidyName(name) : null,
  }
}

/** OpenID Connect Core §2: at most 255 characters of ASCII. Half surrogates would make one subject of several in UTF-8. */
const subjectPattern = /^[\x20-\x7e]{1,255}$/

/** Strictly the boolean: a careless issuer sends the text "true", and the text "false" is truthy. */
const isVerified = ({ email_verified }: Claims): boolean => email_verified === true

const isWithin = (domains: readonly string[], email: string): boolean =>
  domains.includes('*') || domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase())

/** Returns a name in the form that accounts keep; null if empty. */
export function tidyName(text: string): string | null {
  const name = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed()
  return schemas.isVisible(name) ? name : null
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const recordOf = (value: unknown): Claims =>
  typeof value === 'object' && value !== null ? (value as Claims) : {}
