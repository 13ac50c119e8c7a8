import { availableParallelism } from 'node:os'
import type { z } from 'zod'
import { duration } from './duration.ts'
import {
  databaseUrl,
  destination,
  displayName,
  domain,
  ecPrivateKey,
  file,
  flag,
  host,
  issuerUrl,
  keptTokens,
  mailbox,
  microsoftTenant,
  oidcProviders,
  oneOf,
  optional,
  origins,
  passkeyOrigins,
  path,
  prefixes,
  privateHosts,
  proxies,
  publicUrl,
  returnUrls,
  secret,
  secretRing,
  servedFile,
  smsSender,
  smsUrl,
  smtpUrl,
  someOf,
  text,
  wholeNumber,
} from './schemas.ts'

/** One setting: everything that the loader, the error messages and the documentation know of it. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  group: string
  /** The environment variable. */
  env: string
  /** Accepts the variable's text and typed values; its description completes "expected …". */
  schema: Schema
  /** Text that the schema reads; null for none. */
  fallback: string | null | Derived
  /** What a reader may copy; for a whole secret, the command that makes one. */
  example: string
  description: string
  /**
   * `whole`: never shown. `credentials`: a URL that is shown without user and password.
   * Both can also be read from the file that `<env>_FILE` names.
   */
  secret?: 'whole' | 'credentials'
}

/** A default that is made from settings which stand above. */
interface Derived {
  /** How the documentation writes it. */
  text: string
  of: readonly (keyof Known)[]
  from: (known: Known) => string
}

interface Known {
  port: number
  publicUrl: string
  dataFolder: string
  appName: string
  hashConcurrency: number
  signInMethods: readonly string[]
}

const setting = <Schema extends z.ZodType>(row: Setting<Schema>): Setting<Schema> => row

/** Every setting there is. A default that is derived stands below what it is derived from. */
export const settings = {
  nodeEnv: setting({
    group: 'Server',
    env: 'NODE_ENV',
    schema: oneOf('development', 'production', 'test'),
    fallback: 'development',
    example: 'production',
    description:
      'What this is run for. `production` demands an https address and real secrets; otherwise a secret is made on the first start.',
  }),
  appName: setting({
    group: 'Server',
    env: 'APP_NAME',
    schema: displayName,
    fallback: 'Latchkey',
    example: 'Example',
    description: 'The name that people read on pages and in mails.',
  }),
  port: setting({
    group: 'Server',
    env: 'PORT',
    schema: wholeNumber(0, 65_535),
    fallback: '4000',
    example: '4000',
    description: 'The port to listen on; 0 takes any free one.',
  }),
  host: setting({
    group: 'Server',
    env: 'HOST',
    schema: host,
    fallback: 'localhost',
    example: '0.0.0.0',
    description: 'The name or address to listen on. In a container use `0.0.0.0`.',
  }),
  publicUrl: setting({
    group: 'Server',
    env: 'PUBLIC_URL',
    schema: publicUrl,
    fallback: {
      text: 'http://localhost:<PORT>',
      of: ['port'],
      from: ({ port }) => `http://localhost:${port}`,
    },
    example: 'https://auth.example.com',
    description:
      'The address under which browsers reach this server. It is the issuer of every token and the start of every link in a mail; request headers never change it.',
  }),
  basePath: setting({
    group: 'Server',
    env: 'BASE_PATH',
    schema: path,
    fallback: '/api',
    example: '/identity',
    description:
      'Where the API stands: `<BASE_PATH>/auth` for everybody, `<BASE_PATH>/admin` for administrators.',
  }),
  trustedProxies: setting({
    group: 'Server',
    env: 'TRUSTED_PROXIES',
    schema: proxies,
    fallback: '',
    example: '10.0.0.0/8, 192.0.2.10',
    description:
      'The reverse proxies whose `X-Forwarded-For` is believed, as addresses or networks. Empty: nobody’s.',
  }),
  allowedOrigins: setting({
    group: 'Server',
    env: 'ALLOWED_ORIGINS',
    schema: origins,
    fallback: '',
    example: 'https://app.example.com, http://localhost:5173',
    description:
      'Origins of web apps that may call the API with cookies, besides the public address itself. Exact; there is no wildcard.',
  }),
  outgoingPrivateHosts: setting({
    group: 'Server',
    env: 'OUTGOING_PRIVATE_HOSTS',
    schema: privateHosts,
    fallback: '',
    example: 'keycloak.internal, localhost:8080',
    description:
      'Hosts that this server may call although they are in a private network, each with or without its port. All others are called at public addresses only, by https. Outside production plain http is permitted to those named here.',
  }),
  shutdownGrace: setting({
    group: 'Server',
    env: 'SHUTDOWN_GRACE',
    schema: duration({ from: '1s', to: '5m', orZero: true }),
    fallback: '10s',
    example: '25s',
    description: 'How long requests in flight may take to finish after SIGTERM.',
  }),
  logLevel: setting({
    group: 'Server',
    env: 'LOG_LEVEL',
    schema: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    fallback: 'info',
    example: 'warn',
    description: 'The least important lines that are logged.',
  }),
  metricsToken: setting({
    group: 'Server',
    env: 'METRICS_TOKEN',
    schema: optional(secret),
    fallback: null,
    example: 'openssl rand -hex 32',
    description: 'The bearer token that opens `/metrics` on the public port. None: closed there.',
    secret: 'whole',
  }),
  metricsPort: setting({
    group: 'Server',
    env: 'METRICS_PORT',
    schema: optional(wholeNumber(0, 65_535)),
    fallback: null,
    example: '9464',
    description:
      'A port of its own for `/metrics`, on the same host, for a private network. None: not opened.',
  }),

  tlsCert: setting({
    group: 'TLS',
    env: 'TLS_CERT',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/server.pem',
    description:
      'The certificate of this server in PEM, with those between it and its CA behind it. With it the port speaks https. None: plain HTTP, for a proxy in front. Read anew when it changes.',
  }),
  tlsKey: setting({
    group: 'TLS',
    env: 'TLS_KEY',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/server-key.pem',
    description: 'The private key of that certificate in PEM, without a password. Read anew when it changes.',
  }),
  mtlsCa: setting({
    group: 'TLS',
    env: 'MTLS_CA',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/clients-ca.pem',
    description:
      'The certificates in PEM of the CAs that issue certificates to clients, each that issues by itself. None: client certificates count for nothing. Read anew when it changes.',
  }),
  mtlsCrl: setting({
    group: 'TLS',
    env: 'MTLS_CRL',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/clients-crl.pem',
    description:
      'The revocation lists in PEM, one of each CA. A list that has lapsed lets nobody in. Read anew when it changes.',
  }),
  mtlsProxyHeader: setting({
    group: 'TLS',
    env: 'MTLS_PROXY_HEADER',
    schema: optional(oneOf('client-cert', 'x-forwarded-client-cert', 'ssl-client-cert')),
    fallback: null,
    example: 'client-cert',
    description:
      'The header in which the trusted proxies hand on the certificate of their client: `client-cert` (RFC 9440), `x-forwarded-client-cert` (Envoy), or `ssl-client-cert` with nginx’s `$ssl_client_escaped_cert`. From anybody else it is not read.',
  }),

  dataFolder: setting({
    group: 'Storage',
    env: 'LATCHKEY_DATA',
    schema: text(1024),
    fallback: './latchkey-data',
    example: '/var/lib/latchkey',
    description: 'The folder for the SQLite database and, in development, the secret. Created when missing.',
  }),
  databaseUrl: setting({
    group: 'Storage',
    env: 'DATABASE_URL',
    schema: databaseUrl,
    fallback: {
      text: 'sqlite:<LATCHKEY_DATA>/latchkey.sqlite',
      of: ['dataFolder'],
      from: ({ dataFolder }) => `sqlite:${dataFolder.replace(/\/+$/, '')}/latchkey.sqlite`,
    },
    example: 'postgres://latchkey:password@db.example.com:5432/latchkey',
    description: 'Where everything is stored: SQLite, or PostgreSQL when several servers share it.',
    secret: 'credentials',
  }),

  secret: setting({
    group: 'Secrets and tokens',
    env: 'LATCHKEY_SECRET',
    schema: optional(secretRing),
    fallback: null,
    example: 'openssl rand -base64 32',
    description:
      'The ring of secrets from which all keys are derived, newest first, separated by commas. To rotate, put a new one in front. None: made on the first start and kept in the data folder, except in production, where it must be given.',
    secret: 'whole',
  }),
  audience: setting({
    group: 'Secrets and tokens',
    env: 'AUDIENCE',
    schema: text(255),
    fallback: { text: '<PUBLIC_URL>', of: ['publicUrl'], from: ({ publicUrl }) => publicUrl },
    example: 'https://api.example.com',
    description: 'The `aud` of access tokens: the API they are meant for.',
  }),
  accessTokenAlgorithm: setting({
    group: 'Secrets and tokens',
    env: 'ACCESS_TOKEN_ALGORITHM',
    schema: oneOf('ES256', 'EdDSA', 'RS256', 'PS256', 'HS256'),
    fallback: 'ES256',
    example: 'EdDSA',
    description:
      'How access tokens are signed. HS256 has no public key: only for one service that holds the secret itself.',
  }),
  accessTokenTtl: setting({
    group: 'Secrets and tokens',
    env: 'ACCESS_TOKEN_TTL',
    schema: duration({ from: '1s', to: '24h' }),
    fallback: '15m',
    example: '5m',
    description: 'How long an access token is valid.',
  }),
  keyRotation: setting({
    group: 'Secrets and tokens',
    env: 'KEY_ROTATION',
    schema: duration({ from: '1h', to: '400d', orZero: true }),
    fallback: '30d',
    example: '7d',
    description: 'How often a new signing key takes over; 0s leaves it to `latchkey keys rotate`.',
  }),

  apiKeyMaxTtl: setting({
    group: 'Secrets and tokens',
    env: 'API_KEY_MAX_TTL',
    schema: duration({ from: '1h', to: '3650d', orZero: true }),
    fallback: '0s',
    example: '365d',
    description:
      'How long an API key may live at most; 0s allows any time, and keys without an end. Keys that say nothing live for 90 days.',
  }),

  refreshIdleTtl: setting({
    group: 'Sessions',
    env: 'REFRESH_IDLE_TTL',
    // 400 days is as long as browsers keep a cookie (RFC 6265bis §5.5), and every refresh sets a new one.
    schema: duration({ from: '1s', to: '400d' }),
    fallback: '7d',
    example: '14d',
    description: 'How long a session may stay unused before it ends.',
  }),
  refreshAbsoluteTtl: setting({
    group: 'Sessions',
    env: 'REFRESH_ABSOLUTE_TTL',
    schema: duration({ from: '1s', to: '3650d' }),
    fallback: '30d',
    example: '90d',
    description: 'How long a session may live at most, however often it is used.',
  }),
  refreshLeeway: setting({
    group: 'Sessions',
    env: 'REFRESH_LEEWAY',
    schema: duration({ from: '1s', to: '5m', orZero: true }),
    fallback: '30s',
    example: '0s',
    description:
      'How long a refresh token may be presented again after its use, for tabs and lost answers; 0s is strict rotation.',
  }),
  cookieSessionIdleTtl: setting({
    group: 'Sessions',
    env: 'COOKIE_SESSION_IDLE_TTL',
    // Its use is written once a minute: what is shorter would end under the hands of its user.
    schema: duration({ from: '5m', to: '400d' }),
    fallback: '7d',
    example: '12h',
    description: 'How long a cookie session may stay unused before it ends; exact to a minute.',
  }),
  cookieSessionAbsoluteTtl: setting({
    group: 'Sessions',
    env: 'COOKIE_SESSION_ABSOLUTE_TTL',
    // The cookie is set once, and browsers keep none for longer than 400 days (RFC 6265bis §5.5).
    schema: duration({ from: '5m', to: '400d' }),
    fallback: '30d',
    example: '90d',
    description: 'How long a cookie session may live at most, however often it is used.',
  }),
  cookieSameSite: setting({
    group: 'Sessions',
    env: 'COOKIE_SAME_SITE',
    schema: oneOf('lax', 'strict'),
    fallback: 'lax',
    example: 'strict',
    description: 'The `SameSite` attribute of cookies.',
  }),
  deviceBoundSessions: setting({
    group: 'Sessions',
    env: 'DEVICE_BOUND_SESSIONS',
    schema: oneOf('off', 'tokens', 'all'),
    fallback: 'tokens',
    example: 'all',
    description:
      'Which sessions browsers may bind to their device (DBSC), on https: those whose refresh token is in a cookie, or those of one session cookie as well. A bound session cookie cannot be introspected: with `all`, only this server and what it is mounted in take it.',
  }),

  registration: setting({
    group: 'Accounts',
    env: 'REGISTRATION',
    schema: oneOf('open', 'closed'),
    fallback: 'open',
    example: 'closed',
    description: 'Whether people may register by themselves.',
  }),
  signInMethods: setting({
    group: 'Accounts',
    env: 'SIGN_IN_METHODS',
    schema: someOf('password', 'passkey', 'email-code', 'magic-link', 'sms-code'),
    fallback: 'password, passkey, email-code',
    example: 'passkey, magic-link',
    description: 'The ways in which people may sign in. What is not named is neither offered nor answered.',
  }),
  passkeyRpId: setting({
    group: 'Accounts',
    env: 'PASSKEY_RP_ID',
    schema: optional(domain),
    fallback: null,
    example: 'example.com',
    description:
      'The domain that passkeys are made for: the host of the public address, or a domain above it, so that they work on all of its sites. None: that host. Changed later, it makes every passkey useless.',
  }),
  passkeyOrigins: setting({
    group: 'Accounts',
    env: 'PASSKEY_ORIGINS',
    schema: passkeyOrigins,
    fallback: '',
    example: 'https://example.net, android:apk-key-hash:tZ3lkVmzs0w0hPPPwkvNyJ2UmP0iQ-uT0Vhw5A8bPqQ',
    description:
      'Where passkeys may be used, besides the public address and those `ALLOWED_ORIGINS` that are within the domain: sites elsewhere, which `/.well-known/webauthn` then names, and Android apps.',
  }),
  passkeyUserVerification: setting({
    group: 'Accounts',
    env: 'PASSKEY_USER_VERIFICATION',
    schema: oneOf('preferred', 'required'),
    fallback: 'preferred',
    example: 'required',
    description:
      'Whether a passkey must have recognised its user, by a fingerprint, a face or a PIN. With `preferred` one that did not is one factor, and the session `aal1`.',
  }),
  passwordlessSignUp: setting({
    group: 'Accounts',
    env: 'PASSWORDLESS_SIGN_UP',
    schema: flag,
    fallback: {
      text: 'true where SIGN_IN_METHODS lacks password, else false',
      of: ['signInMethods'],
      from: ({ signInMethods }) => String(!signInMethods.includes('password')),
    },
    example: 'true',
    description:
      'Whether a magic link or a code by mail makes an account for an address that has none, while REGISTRATION is open. Otherwise such an address is sent nothing.',
  }),
  magicLinkOtherDevice: setting({
    group: 'Accounts',
    env: 'MAGIC_LINK_OTHER_DEVICE',
    schema: oneOf('compare', 'refuse'),
    fallback: 'compare',
    example: 'refuse',
    description:
      'What a magic link does that is opened elsewhere than where it was asked for: `compare` shows a code there, to be typed where it was asked for; `refuse` shows that it is of no use.',
  }),
  emailVerification: setting({
    group: 'Accounts',
    env: 'EMAIL_VERIFICATION',
    schema: oneOf('optional', 'required'),
    fallback: 'optional',
    example: 'required',
    description: 'Whether an address must be verified before its owner can sign in.',
  }),
  secondFactor: setting({
    group: 'Accounts',
    env: 'SECOND_FACTOR',
    schema: oneOf('optional', 'required'),
    fallback: 'optional',
    example: 'required',
    description:
      'Whether everybody must have a second factor. With `optional`, roles and single users can still be asked for one. Whoever has none sets it up at the next sign-in, before there is a session.',
  }),
  trustedDevices: setting({
    group: 'Accounts',
    env: 'TRUSTED_DEVICES',
    schema: oneOf('off', 'where-optional', 'everywhere'),
    fallback: 'where-optional',
    example: 'off',
    description:
      'Whether people may have a browser remembered that is then not asked for the second factor: nobody, those who have one of their own accord, or those who must have one as well. Its sessions are `aal1`.',
  }),
  trustedDeviceTtl: setting({
    group: 'Accounts',
    env: 'TRUSTED_DEVICE_TTL',
    schema: duration({ from: '1h', to: '400d' }),
    fallback: '30d',
    example: '7d',
    description: 'How long a browser is remembered in place of the second factor.',
  }),
  limitScale: setting({
    group: 'Passwords',
    env: 'LIMIT_SCALE',
    schema: wholeNumber(1, 10_000),
    fallback: '1',
    example: '4',
    description:
      'Multiplies every limit on tries and mails: for an installation whose people share few network addresses.',
  }),
  passwordPepper: setting({
    group: 'Accounts',
    env: 'PASSWORD_PEPPER',
    schema: optional(secret),
    fallback: null,
    example: 'openssl rand -base64 32',
    description:
      'A key mixed into password hashes. Hashes made before it was set still verify; once it is lost, the newer ones never do.',
    secret: 'whole',
  }),
  hashConcurrency: setting({
    group: 'Accounts',
    env: 'HASH_CONCURRENCY',
    schema: wholeNumber(1, 256),
    fallback: { text: 'the number of processor cores', of: [], from: () => String(availableParallelism()) },
    example: '4',
    description: 'How many passwords are hashed at the same time; each takes 19 MiB.',
  }),
  hashQueue: setting({
    group: 'Accounts',
    env: 'HASH_QUEUE',
    schema: wholeNumber(0, 100_000),
    fallback: {
      text: '64 × <HASH_CONCURRENCY>',
      of: ['hashConcurrency'],
      from: ({ hashConcurrency }) => String(64 * hashConcurrency),
    },
    example: '256',
    description: 'How many more may wait; beyond that sign-ins are answered 503 at once.',
  }),

  googleClientId: setting({
    group: 'Signing in with others',
    env: 'GOOGLE_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '123456789012-abc.apps.googleusercontent.com',
    description:
      'The client id of this server at Google, from the Google Cloud console. With its secret, people may sign in with Google.',
  }),
  googleClientSecret: setting({
    group: 'Signing in with others',
    env: 'GOOGLE_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show google/client-secret',
    description: 'The client secret that Google has given.',
    secret: 'whole',
  }),
  microsoftClientId: setting({
    group: 'Signing in with others',
    env: 'MICROSOFT_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '8f2c0b1e-5d64-4c0e-9a57-2f1f6f0c7a11',
    description:
      'The client id of this server at Microsoft, from the Entra admin center. With its secret, people may sign in with Microsoft.',
  }),
  microsoftClientSecret: setting({
    group: 'Signing in with others',
    env: 'MICROSOFT_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show microsoft/client-secret',
    description: 'The client secret that Microsoft has given.',
    secret: 'whole',
  }),
  microsoftTenant: setting({
    group: 'Signing in with others',
    env: 'MICROSOFT_TENANT',
    schema: microsoftTenant,
    fallback: 'common',
    example: '9a1b7c52-3f0e-4d5a-8a8e-0c5b1f2d3e4f',
    description:
      'Whose accounts may sign in with Microsoft: of one directory (its id), of every directory (`organizations`), or personal ones as well (`common`).',
  }),
  githubClientId: setting({
    group: 'Signing in with others',
    env: 'GITHUB_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: 'Iv1.8a61f9b3a7aba766',
    description:
      'The client id of this server at GitHub, from an OAuth app or a GitHub App. With its secret, people may sign in with GitHub.',
  }),
  githubClientSecret: setting({
    group: 'Signing in with others',
    env: 'GITHUB_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show github/client-secret',
    description: 'The client secret that GitHub has given.',
    secret: 'whole',
  }),
  gitlabClientId: setting({
    group: 'Signing in with others',
    env: 'GITLAB_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '5f0c8a',
    description:
      'The client id of this server at GitLab, from its applications. With its secret, people may sign in with GitLab.',
  }),
  gitlabClientSecret: setting({
    group: 'Signing in with others',
    env: 'GITLAB_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show gitlab/client-secret',
    description: 'The client secret that GitLab has given.',
    secret: 'whole',
  }),
  gitlabUrl: setting({
    group: 'Signing in with others',
    env: 'GITLAB_URL',
    schema: issuerUrl,
    fallback: 'https://gitlab.com',
    example: 'https://gitlab.example.com',
    description: 'Where GitLab runs.',
  }),
  discordClientId: setting({
    group: 'Signing in with others',
    env: 'DISCORD_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '1102334455667788990',
    description:
      'The client id of this server at Discord, from the developer portal. With its secret, people may sign in with Discord.',
  }),
  discordClientSecret: setting({
    group: 'Signing in with others',
    env: 'DISCORD_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show discord/client-secret',
    description: 'The client secret that Discord has given.',
    secret: 'whole',
  }),
  appleClientId: setting({
    group: 'Signing in with others',
    env: 'APPLE_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: 'com.example.signin',
    description:
      'The services id at Apple. With team, key id and private key, people may sign in with Apple.',
  }),
  appleTeamId: setting({
    group: 'Signing in with others',
    env: 'APPLE_TEAM_ID',
    schema: optional(text(32)),
    fallback: null,
    example: 'A1B2C3D4E5',
    description: 'The team that the services id belongs to.',
  }),
  appleKeyId: setting({
    group: 'Signing in with others',
    env: 'APPLE_KEY_ID',
    schema: optional(text(32)),
    fallback: null,
    example: 'F6G7H8J9K0',
    description: 'The id of the private key.',
  }),
  applePrivateKey: setting({
    group: 'Signing in with others',
    env: 'APPLE_PRIVATE_KEY',
    schema: optional(ecPrivateKey),
    fallback: null,
    example: 'cat AuthKey_F6G7H8J9K0.p8',
    description: 'The private key that Apple let you download, from which client secrets are signed.',
    secret: 'whole',
  }),
  oidcProviders: setting({
    group: 'Signing in with others',
    env: 'OIDC_PROVIDERS',
    schema: oidcProviders,
    fallback: '[]',
    example: 'cat oidc-providers.json',
    description:
      'Further issuers of OpenID Connect, found by discovery; see [Signing in with others](../sign-in-with-others.md#any-other-issuer).',
    secret: 'whole',
  }),
  keepProviderTokens: setting({
    group: 'Signing in with others',
    env: 'KEEP_PROVIDER_TOKENS',
    schema: keptTokens,
    fallback: '',
    example: 'google https://www.googleapis.com/auth/calendar.readonly, github repo',
    description:
      'Providers whose tokens are kept, encrypted, for the backend of the application, each with the scopes to ask for beyond signing in.',
  }),

  pagesSession: setting({
    group: 'Pages',
    env: 'PAGES_SESSION',
    schema: oneOf('token', 'cookie'),
    fallback: 'token',
    example: 'cookie',
    description:
      'What the pages start for whoever signs in there: `token` for apps that call the API from the browser, `cookie` for sites that the server renders.',
  }),
  afterSignIn: setting({
    group: 'Pages',
    env: 'AFTER_SIGN_IN',
    schema: destination,
    fallback: '/account',
    example: 'https://app.example.com/signed-in',
    description: 'Where a sign-in leads that was not asked for by `return_to`.',
  }),
  returnUrls: setting({
    group: 'Pages',
    env: 'RETURN_URLS',
    schema: returnUrls,
    fallback: '',
    example: 'https://app.example.com/signed-in, http://localhost:5173/',
    description:
      'Addresses elsewhere that `return_to` may name, character for character. Paths of this server need no entry.',
  }),
  pagesLogo: setting({
    group: 'Pages',
    env: 'PAGES_LOGO',
    schema: optional(servedFile('.svg', '.png', '.jpg', '.webp')),
    fallback: null,
    example: '/etc/latchkey/logo.svg',
    description:
      'An image that stands above the pages in the place of mark and name. Read once, at the start.',
  }),
  pagesStylesheet: setting({
    group: 'Pages',
    env: 'PAGES_STYLESHEET',
    schema: optional(servedFile('.css')),
    fallback: null,
    example: '/etc/latchkey/pages.css',
    description: 'A stylesheet that the pages load after their own. Read once, at the start.',
  }),

  smtpUrl: setting({
    group: 'Mail',
    env: 'SMTP_URL',
    schema: optional(smtpUrl),
    fallback: null,
    example: 'smtps://user:password@smtp.example.com:465',
    description:
      'The mail server. `?starttls=optional` permits one without TLS. None: mails are kept for the development inbox and sent nowhere.',
    secret: 'credentials',
  }),
  mailFrom: setting({
    group: 'Mail',
    env: 'MAIL_FROM',
    schema: mailbox,
    fallback: {
      text: '<APP_NAME> <no-reply@<host of PUBLIC_URL>>',
      of: ['appName', 'publicUrl'],
      from: ({ appName, publicUrl }) => `${appName} <no-reply@${mailDomain(publicUrl)}>`,
    },
    example: 'Example <no-reply@example.com>',
    description: 'The sender of every mail.',
  }),

  smsUrl: setting({
    group: 'SMS',
    env: 'SMS_URL',
    schema: optional(smsUrl),
    fallback: null,
    example: 'https://AC0123:token@api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json',
    description:
      'Where messages are posted, as Twilio takes them: a form with `From`, `To` and `Body`, and the account and its token as user and password. None: in development they land in the inbox; in production nobody can have a phone number.',
    secret: 'credentials',
  }),
  smsFrom: setting({
    group: 'SMS',
    env: 'SMS_FROM',
    schema: optional(smsSender),
    fallback: null,
    example: '+4915123456789',
    description:
      'The sender of every message: a number, a name of up to 11 letters and digits, or a messaging service (`MG…`).',
  }),
  smsPrefixes: setting({
    group: 'SMS',
    env: 'SMS_PREFIXES',
    schema: prefixes,
    fallback: '',
    example: '+49, +43, +41',
    description:
      'How the numbers begin that messages are sent to. The best defence against fraud with expensive numbers is to name the countries that you serve; `+` alone is the whole world. Needed with SMS_URL.',
  }),
  smsPerDay: setting({
    group: 'SMS',
    env: 'SMS_PER_DAY',
    schema: wholeNumber(1, 1_000_000),
    fallback: '500',
    example: '5000',
    description:
      'How many messages a day may go to numbers that are not verified yet. Beyond it no new numbers are added; codes for those who have one are still sent.',
  }),
} as const

// An address on a bare IP (`no-reply@192.0.2.1`) is no address.
function mailDomain(publicUrl: string): string {
  const { hostname } = new URL(publicUrl)
  return /^\[|^[\d.]+$/.test(hostname) ? 'localhost' : hostname
}

export type OptionName = keyof typeof settings

export const optionNames = Object.keys(settings) as OptionName[]

/** What `createLatchkey` and the configuration file accept: typed values, or the same text as in the environment. */
export type ConfigOptions = {
  readonly [Name in OptionName]?: z.input<(typeof settings)[Name]['schema']> | undefined
}

/** A value for every setting. Durations are milliseconds; what is not set is null. */
export type SettingValues = {
  readonly [Name in OptionName]: z.output<(typeof settings)[Name]['schema']>
}
