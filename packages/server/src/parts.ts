import type { Config } from './config/load-config.ts'
import { createRememberWay } from './core/assurance/last-way.ts'
import { createSignIn } from './core/assurance/sign-in.ts'
import { createAudit } from './core/audit/audit.ts'
import { AuthError } from './core/auth-error.ts'
import { createChallenges } from './core/challenges/challenges.ts'
import { createSecretRing } from './core/keys/secret-ring.ts'
import { createSigningKeys, type SigningKeys } from './core/keys/signing-keys.ts'
import { createVault } from './core/keys/vault.ts'
import { createFloodGate } from './core/limits/flood.ts'
import { createKnownDevices } from './core/limits/known-device.ts'
import { createLimits } from './core/limits/limits.ts'
import type { CoreParts } from './core/core-parts.ts'
import { createLog, type Log } from './core/log.ts'
import { normalizeEmail } from './core/mail/address.ts'
import { createInbox, type Inbox } from './core/mail/inbox.ts'
import { createMails } from './core/mail/mails.ts'
import { createOutbox } from './core/mail/outbox.ts'
import { createOutgoing, type Outgoing } from './core/outgoing/outgoing.ts'
import { type MailTransport, smtpTransport } from './core/mail/transport.ts'
import { type CreateMethod, type Method, requireDistinct } from './core/method.ts'
import type { Ports } from './core/ports/ports.ts'
import { createRevocationLog } from './core/revocations/log.ts'
import { createPermissions, type Permissions } from './core/roles/permissions.ts'
import { type CookieSessions, createCookieSessions } from './core/sessions/cookie-session.ts'
import { createSessionCookies } from './core/sessions/cookies.ts'
import { createGrant } from './core/sessions/grant.ts'
import { createSessions } from './core/sessions/service.ts'
import { type AccessClaims, type AccessTokens, createAccessTokens } from './core/tokens/access-token.ts'
import { apiKeyPrefix } from './core/tokens/api-key.ts'
import { bearerOf } from './core/tokens/bearer.ts'
import type { Introspector } from './core/tokens/introspector.ts'
import { createCredentials } from './core/users/credentials.ts'
import { createEmailProof, type EmailProof } from './core/users/email-proof.ts'
import { createNewAccounts } from './core/users/new-accounts.ts'
import { createUsers } from './core/users/service.ts'
import type { Database } from './db/database.ts'
import type { Migration } from './db/migrations.ts'
import { openDatabase } from './db/open-database.ts'
import { type ApiKeys, createApiKeys } from './features/api-keys/service.ts'
import { removeOldKeys } from './features/api-keys/store.ts'
import { type CleanUp, createCleanUp } from './features/clean-up/clean-up.ts'
import { createAccessTokenIntrospector, createSessionIntrospector } from './features/oauth/introspection.ts'
import { createReadiness, type Readiness } from './features/operation/readiness.ts'
import { passwordMethod } from './methods/password/method.ts'
import { createHashPool, type HashPool } from './methods/password/hash-pool.ts'
import { createPasswordHash } from './methods/password/password-hash.ts'
import { createPasswordRoutes } from './methods/password/routes.ts'
import { createRegistrationCookie, type RegistrationCookie } from './methods/password/registration-cookie.ts'
import { createRegistrations } from './methods/password/registration.ts'
import { createPasswords, type Passwords } from './methods/password/service.ts'
import { createMethods } from './methods/index.ts'
import { migrations } from './migrations.ts'

/** Every part of a running instance, wired once. */
export interface Parts extends CoreParts {
  keys: SigningKeys
  accessTokens: AccessTokens
  permissions: Permissions
  /** Null where mails leave by a mail server. */
  inbox: Inbox | null
  cookieSessions: CookieSessions
  registrationCookie: RegistrationCookie
  apiKeys: ApiKeys
  /** By the prefix of the token, access tokens last: what `POST /oauth/introspect` knows. */
  introspectors: readonly Introspector[]
  hashPool: HashPool
  passwords: Passwords
  methods: readonly Method[]
  /** The whole schema, that of the application's own methods included. */
  migrations: readonly Migration[]
  cleanUp: CleanUp
  readiness: Readiness
  /** The claims behind an `Authorization` header. Throws as {@link AccessTokens.verify}, and `unauthenticated`. */
  authenticateHeader(authorization: string | null): Promise<AccessClaims>
}

export interface PartsOptions {
  config: Config
  secrets: readonly string[]
  ports: Ports
  database?: Database
  mailTransport?: MailTransport
  log?: Log
  outgoing?: Outgoing
  /** Methods of the application's own, after ours. */
  methods?: readonly CreateMethod[]
}

/** Answers to repeated refreshes of one session. */
const retriesPerMinute = 3000

/** Wires the floors from the bottom up; starts nothing. Throws DatabaseUnavailable, and TypeError for methods that clash. */
export async function createParts({ config, secrets, ports, ...outside }: PartsOptions): Promise<Parts> {
  const log = outside.log ?? createLog({ level: config.logLevel })
  const onError = (error: unknown): void => log.error('background work failed', { error })
  const secure = config.publicUrl.startsWith('https:')
  const { publicUrl, appName, accessTokenTtl } = config

  const db = outside.database ?? openDatabase(config.databaseUrl)
  const ring = createSecretRing(secrets)
  const revocations = createRevocationLog({ db, ports, accessTokenTtl })
  const keys = createSigningKeys({
    db,
    ring,
    ports,
    revocations,
    algorithm: config.accessTokenAlgorithm,
    accessTokenTtl,
    rotation: config.keyRotation,
  })
  const accessTokens = createAccessTokens({
    keys,
    revocations,
    ports,
    issuer: publicUrl,
    audience: config.audience,
    ttl: accessTokenTtl,
  })
  const permissions = createPermissions(db)
  const audit = createAudit({ db, ports, onError })
  const limits = createLimits(db, ports, config.limitScale)
  const challenges = createChallenges(ring, ports)
  const mails = createMails({ appName, publicUrl })
  const inbox = config.smtpUrl === null && config.nodeEnv !== 'production' ? createInbox(db, ports) : null
  const transport = outside.mailTransport ?? inbox?.transport ?? transportOf(config)
  const outgoing =
    outside.outgoing ??
    createOutgoing({
      privateHosts: config.outgoingPrivateHosts,
      allowsHttp: config.nodeEnv !== 'production',
    })
  const outbox = createOutbox({ db, ring, ports, transport, log })
  const sessions = createSessions({
    db,
    ring,
    ports,
    revocations,
    audit,
    lifetimes: {
      token: { idleTtl: config.refreshIdleTtl, absoluteTtl: config.refreshAbsoluteTtl },
      cookie: { idleTtl: config.cookieSessionIdleTtl, absoluteTtl: config.cookieSessionAbsoluteTtl },
    },
    leeway: config.refreshLeeway,
    alongWithSessions: (tx, userId, reason) => apiKeys.endAlongWithSessions(tx, userId, reason),
    onRetry: createFloodGate(ports, retriesPerMinute),
    async onReuse(tx, { session, account }, { ip }) {
      const { label: device } = session
      await outbox.mail(tx, mails.sessionReuseDetected({ account, device, at: ports.now(), ip }))
    },
  })
  const apiKeys = createApiKeys({
    db,
    ports,
    accessTokens,
    revocations,
    permissions,
    limits,
    audit,
    outbox,
    mails,
    config,
  })
  const cookies = createSessionCookies({ secure, sameSite: config.cookieSameSite })
  const cookieSessions = createCookieSessions({
    db,
    ring,
    ports,
    revocations,
    permissions,
    cookies,
    issuer: publicUrl,
    audience: config.audience,
    leeway: config.refreshLeeway,
  })
  const introspectors: readonly Introspector[] = [
    { prefix: apiKeyPrefix, introspect: apiKeys.introspect },
    createSessionIntrospector(cookieSessions),
    createAccessTokenIntrospector({ accessTokens, sessions, ports, isKeyAlive: apiKeys.isAlive }),
  ]
  const registrationCookie = createRegistrationCookie({ secure, sameSite: config.cookieSameSite })
  const knownDevices = createKnownDevices(ring, secure)
  const rememberWay = createRememberWay({ secure })
  const grant = createGrant({ accessTokens, permissions, cookies, knownDevices, rememberWay, ports })

  const methods: Method[] = []
  const lifecycles = lifecyclesOf(methods)
  const signIn = createSignIn({
    db,
    ports,
    challenges,
    limits,
    knownDevices,
    cookies,
    sessions,
    audit,
    methods,
  })
  const users = createUsers({
    db,
    ports,
    sessions,
    revocations,
    audit,
    normalizeEmail,
    lifecycles,
  })
  const credentials = createCredentials({ ports, sessions, lifecycles })
  const newAccounts = createNewAccounts({
    db,
    ports,
    limits,
    emailProof: () => emailProof,
    registration: config.registration,
  })
  const hashPool = createHashPool({ concurrency: config.hashConcurrency, queue: config.hashQueue })
  const passwords = createPasswords({
    db,
    ports,
    passwordHash: createPasswordHash({ pool: hashPool, pepper: config.passwordPepper }),
    signIn,
    sessions,
    revocations,
    challenges,
    limits,
    knownDevices,
    outbox,
    mails,
    audit,
    emailProof: () => emailProof,
    emailVerification: config.emailVerification,
    appName,
  })
  const emailProof: EmailProof = createEmailProof({
    db,
    ports,
    challenges,
    outbox,
    mails,
    sessions,
    revocations,
    audit,
    normalizeEmail,
    startOver: passwords.startOver,
  })
  const registrations = createRegistrations({
    db,
    ports,
    passwords,
    signIn,
    challenges,
    limits,
    outbox,
    mails,
    audit,
    emailProof: () => emailProof,
    newAccounts,
  })
  const vault = createVault(ring)
  const core: CoreParts = {
    config,
    log,
    ports,
    db,
    ring,
    vault,
    revocations,
    audit,
    limits,
    challenges,
    mails,
    outbox,
    outgoing,
    sessions,
    cookies,
    knownDevices,
    grant,
    signIn,
    users,
    newAccounts,
    credentials,
    emailProof,
  }
  const added = (outside.methods ?? []).map((create) => create({ db, ports, limits, audit, outbox, vault }))
  methods.push(
    passwordMethod(
      createPasswordRoutes({
        passwords,
        registrations,
        emailProof,
        signIn,
        grant,
        cookies,
        registrationCookie,
        accessTokens,
        cookieSessions,
        limits,
        emailVerification: config.emailVerification,
      }),
    ),
    ...createMethods(core),
    ...added,
  )
  requireDistinct(methods)

  const schema = [...migrations, ...added.flatMap((method) => method.migrations)]

  return {
    ...core,
    keys,
    accessTokens,
    permissions,
    inbox,
    cookieSessions,
    registrationCookie,
    apiKeys,
    introspectors,
    hashPool,
    passwords,
    methods,
    migrations: schema,
    cleanUp: createCleanUp({ db, ports, log, removeOldKeys }),
    readiness: createReadiness({ db, keys, migrations: schema }),
    async authenticateHeader(authorization) {
      const token = bearerOf(authorization)
      if (!token) throw new AuthError('unauthenticated')
      return await accessTokens.verify(token)
    },
  }
}

/** Reads the list when asked, not when wired. */
const lifecyclesOf = (methods: readonly Method[]): Iterable<Method['lifecycle']> => ({
  *[Symbol.iterator]() {
    for (const { lifecycle } of methods) yield lifecycle
  },
})

/** In production without a mail server mails wait, visibly, until one is configured. */
function transportOf({ smtpUrl, mailFrom }: Config): MailTransport {
  if (smtpUrl !== null) return smtpTransport(smtpUrl, mailFrom)
  return {
    send: () => Promise.reject(new Error('no mail server is configured (SMTP_URL)')),
    close() {},
  }
}
