import { minutes } from '@latchkey/contract'
import { type CertificateProxies, createTrust } from '@latchkey/verify/core'
import type { Config } from '../config/config.ts'
import { createBeginSession } from '../sign-in/begin-session.ts'
import { createDemands } from '../sign-in/demands.ts'
import { createEnrolments } from '../sign-in/enrolments.ts'
import { createRememberWay } from '../sessions/cookies/last-method.ts'
import { createSecondFactorPolicy } from '../sign-in/policy.ts'
import { createSecondFactors } from '../sign-in/second-factors.ts'
import { createSignInCookie } from '../sign-in/sign-in-cookie.ts'
import { createSignIn } from '../sign-in/sign-in.ts'
import { createTickets } from '../sign-in/tickets.ts'
import { createTrustedDevices } from '../sessions/trusted-devices/trusted-devices.ts'
import { createAudit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import { createAskedChallenges } from '../core/challenges/asked-challenges.ts'
import { createDeviceChallenges } from '../sessions/device-bound/device-challenge.ts'
import { createDeviceCookie } from '../sessions/bindings/device-cookie.ts'
import { createDeviceSessions, type DeviceSessions } from '../sessions/device-bound/device-sessions.ts'
import { createDpop, type Dpop, type ShownProof } from '../sessions/bindings/dpop.ts'
import { createChallenges } from '../core/challenges/challenges.ts'
import { createCodeGuesses } from '../sign-in/codes/code-guesses.ts'
import { createFactorCodes } from '../sign-in/codes/factor-codes.ts'
import { measureDatabase } from '../core/metrics/measured-database.ts'
import { createMetrics, type Metrics } from '../core/metrics/metrics.ts'
import { createNodes, createNodeView, type Nodes, type NodeView } from '../core/nodes/nodes.ts'
import { createLoads, type Loads } from '../core/nodes/loads.ts'
import { createSecretRing } from '../core/secrets/keyring.ts'
import { createSigningKeys, type SigningKeys } from '../core/signing-keys/signing-keys.ts'
import { createVault } from '../core/secrets/secret-box.ts'
import { createFloodGate } from '../core/limits/flood.ts'
import { createKnownDevices } from '../core/limits/known-device.ts'
import { createLimits } from '../core/limits/limits.ts'
import type { CoreParts } from '../methods/method-services.ts'
import { createLog, type Log } from '../core/log/log.ts'
import { createInbox, type Inbox } from '../core/outbox/inbox.ts'
import { createMails } from '../identity/mails/mails.ts'
import { createOutbox } from '../core/outbox/outbox.ts'
import { createOutgoing, type Outgoing } from '../core/outgoing/outgoing.ts'
import { type MailTransport, smtpTransport } from '../core/mail/transport.ts'
import { type CreateMethod, type Method, requireDistinct } from '../methods/method.ts'
import type { DatabaseClock } from '../core/ports/database-clock.ts'
import type { Ports } from '../core/ports/ports.ts'
import { createRevocationLog } from '../core/revocations/log.ts'
import { createPermissions, type Permissions } from '../identity/roles/permissions.ts'
import { type CookieSessions, createCookieSessions } from '../sessions/cookie-session.ts'
import { createSessionCookies } from '../sessions/cookies/session-cookies.ts'
import { createGrant } from '../sessions/session-response.ts'
import { createReuse } from '../sessions/reuse.ts'
import { createSessions } from '../sessions/service.ts'
import { createTicketCookies, type TicketCookie } from '../sessions/cookies/ticket-cookie.ts'
import { createHttpSmsSender } from '../core/sms/http-sender.ts'
import type { SmsSender } from '../core/sms/sms.ts'
import { createTexts } from '../core/outbox/texts.ts'
import { type AccessClaims, type AccessTokens, createAccessTokens } from '../sessions/tokens/access-token.ts'
import { apiKeyPrefix } from '../sessions/tokens/api-key.ts'
import { bearerOf, dpopTokenOf } from '../sessions/tokens/bearer.ts'
import { createMachineTokens } from '../sessions/tokens/machine-token.ts'
import type { Introspector } from '../sessions/tokens/introspector.ts'
import { createCredentials } from '../accounts/credentials.ts'
import { createAddressUndo } from '../accounts/address-undo.ts'
import { createFindHolder, type FindHolder } from '../accounts/session-holder.ts'
import { createAccountEvents } from '../identity/events/account-events.ts'
import { pendingHolder } from '../identity/events/pending.ts'
import { createSessionHolder } from '../sessions/ending.ts'
import { createEmailProof } from '../accounts/email-proof.ts'
import { createNewAccounts } from '../accounts/new-accounts.ts'
import { createUsers } from '../accounts/service.ts'
import type { Database } from '../db/database.ts'
import { type Migration, requireFittingSchema } from '../db/migrations.ts'
import { logDatabase } from '../core/log/log-database.ts'
import { openDatabase } from '../db/open-database.ts'
import { createApiKeyHolder } from '../features/api-keys/holder.ts'
import { type ApiKeys, createApiKeys } from '../features/api-keys/service.ts'
import { removeOldKeys } from '../features/api-keys/store.ts'
import { type CleanUp, createCleanUp } from '../features/clean-up/clean-up.ts'
import { createTlsFiles, type TlsFiles } from '../features/mutual-tls/files.ts'
import { createMutualTls, type MutualTls } from '../features/mutual-tls/service.ts'
import { removeOldCertificates } from '../features/mutual-tls/store.ts'
import {
  createAccessTokenIntrospector,
  createSessionIntrospector,
} from '../features/oauth-provider/introspection.ts'
import { createReadiness, type Readiness } from '../features/health/readiness.ts'
import { passwordMethod } from '../methods/password/method.ts'
import type { Argon2Cost } from '../methods/password/hashes/argon2-hash.ts'
import { createHashPool, type HashPool } from '../methods/password/hash-pool.ts'
import { createPasswordHash } from '../methods/password/password-hash.ts'
import { createPasswordRoutes } from '../methods/password/routes.ts'
import { createRegistrationCookie } from '../methods/password/registration-cookie.ts'
import { createRegistrations } from '../methods/password/registration.ts'
import { createPasswords, type Passwords } from '../methods/password/service.ts'
import { createResetMails, type ResetMails } from '../methods/password/reset-mails.ts'
import { createSpraying, type Spraying } from '../methods/password/spraying.ts'
import { createMethods, prepareMethods } from '../methods/index.ts'
import { migrations } from './migrations.ts'

/** Every part of a running instance, wired once. */
export interface Parts extends CoreParts {
  clock: DatabaseClock
  keys: SigningKeys
  accessTokens: AccessTokens
  permissions: Permissions
  metrics: Metrics
  loads: Loads
  nodes: Nodes
  nodeView: NodeView
  dpop: Dpop
  deviceSessions: DeviceSessions
  /** Null where mails leave by a mail server. */
  inbox: Inbox | null
  cookieSessions: CookieSessions
  registrationCookie: TicketCookie
  apiKeys: ApiKeys
  isTrustedProxy: (address: string) => boolean
  /** Null where no proxy hands on the certificates of its clients. */
  certificateProxies: CertificateProxies | null
  tlsFiles: TlsFiles
  mutualTls: MutualTls
  /** By the prefix of the token, access tokens last: what `POST /oauth/introspect` knows. */
  introspectors: readonly Introspector[]
  hashPool: HashPool
  passwords: Passwords
  resetMails: ResetMails
  findHolder: FindHolder
  spraying: Spraying
  methods: readonly Method[]
  /** The whole schema, that of the application's own methods included. */
  migrations: readonly Migration[]
  cleanUp: CleanUp
  readiness: Readiness
  /** The claims behind an `Authorization` header. Throws as {@link AccessTokens.verify}, and `unauthenticated`. */
  authenticateHeader(authorization: string | null, shown?: ShownToHeader): Promise<AccessClaims>
}

/** What comes along with an `Authorization` header. */
interface ShownToHeader {
  dpop?: ShownProof | undefined
  certificate?: Uint8Array | undefined
}

export interface PartsOptions {
  config: Config
  secrets: readonly string[]
  ports: Ports
  clock: DatabaseClock
  database?: Database
  mailTransport?: MailTransport
  smsSender?: SmsSender
  log?: Log
  outgoing?: Outgoing
  hashCost?: Argon2Cost
  /** Methods of the application's own, after ours. */
  methods?: readonly CreateMethod[]
}

/** How long a stolen jar of cookies is worth something, where the browser has bound the session to its device. */
const deviceCookieTtl = minutes(10)
/** From the challenge to the signature of a device: hardware takes its time. */
const deviceChallengeTtl = minutes(5)
/** The kinds of sessions that browsers are offered to bind; on plain http none would. */
const boundKinds = { off: [], tokens: ['token'], all: ['token', 'cookie'] } as const
/** Answers to repeated refreshes of one session. */
const retriesPerMinute = 3000

/** Wires the floors from the bottom up; starts nothing. Throws DatabaseUnavailable, and TypeError for methods that clash. */
export async function createParts({
  config,
  secrets,
  ports,
  clock,
  ...outside
}: PartsOptions): Promise<Parts> {
  const log = outside.log ?? createLog({ level: config.logLevel })
  const onError = (error: unknown): void => log.error('background work failed', { error })
  const secure = config.publicUrl.startsWith('https:')
  const { publicUrl, appName, accessTokenTtl } = config
  const hasPasswords = config.signInMethods.includes('password')

  const metrics = createMetrics()
  const db = measureDatabase(
    outside.database ??
      openDatabase(config.databaseUrl, { timeout: config.databaseTimeout, onEvent: logDatabase(log) }),
    metrics,
  )
  const nodeView = createNodeView()
  const ring = createSecretRing(secrets, nodeView)
  const nodes = createNodes({ db, ring, ports, log, view: nodeView })
  const revocations = createRevocationLog({ db, ports, accessTokenTtl })
  const keys = createSigningKeys({
    db,
    ring,
    ports,
    revocations,
    algorithm: config.accessTokenAlgorithm,
    accessTokenTtl,
    rotation: config.keyRotation,
    mayReseal: nodes.allKnowOurs,
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
  const loads = createLoads({
    load: [keys.load, permissions.load, nodes.load, () => requireFittingSchema(db, schema)],
    log,
  })
  const audit = createAudit({ db, ports, onError })
  const limits = createLimits(db, ports, config.limitScale)
  const challenges = createChallenges(ring, ports)
  const mails = createMails({ appName, publicUrl, hasPasswords })
  const isDevelopment = config.nodeEnv !== 'production'
  const inbox =
    isDevelopment && (config.smtpUrl === null || config.smsUrl === null) ? createInbox(db, ports) : null
  const transport =
    outside.mailTransport ?? (config.smtpUrl === null ? inbox?.transport : undefined) ?? transportOf(config)
  const outgoing =
    outside.outgoing ??
    createOutgoing({
      privateHosts: config.outgoingPrivateHosts,
      allowsHttp: config.nodeEnv !== 'production',
    })
  const outbox = createOutbox({ db, ring, ports, transport, log })
  const origin = new URL(publicUrl).origin
  const dpop = createDpop({ db, ring, ports, origin, nonceSlot: accessTokenTtl })
  const deviceCookie = createDeviceCookie({ ring, ports, secure, lifetime: deviceCookieTtl })
  const texts = createTexts({
    limits,
    outbox,
    sender: outside.smsSender ?? smsSenderOf(config) ?? inbox?.smsSender ?? null,
    appName,
    publicUrl,
    prefixes: config.smsPrefixes,
    newNumbersPerDay: config.smsPerDay,
  })
  const vault = createVault(ring)
  const added = (outside.methods ?? []).map((create) => create({ db, ports, limits, audit, outbox, vault }))
  const resetMails = createResetMails({ challenges, outbox, mails, isOffered: hasPasswords })
  const prepared = prepareMethods(config, ports, resetMails)
  const lifecycles = [...Object.values(prepared.lifecycles), ...added.map(({ lifecycle }) => lifecycle)]
  const events = createAccountEvents({
    outbox,
    holders: [
      createSessionHolder(ports, config.refreshLeeway),
      createApiKeyHolder(ports),
      pendingHolder,
      ...lifecycles.map(({ holds }) => holds),
    ],
  })
  const reuse = createReuse({
    db,
    ports,
    revocations,
    audit,
    events,
    mails,
  })
  const sessions = createSessions({
    db,
    ring,
    ports,
    revocations,
    audit,
    reuse,
    lifetimes: {
      token: { idleTtl: config.refreshIdleTtl, absoluteTtl: config.refreshAbsoluteTtl },
      cookie: { idleTtl: config.cookieSessionIdleTtl, absoluteTtl: config.cookieSessionAbsoluteTtl },
    },
    leeway: config.refreshLeeway,
    deviceCookie,
    events,
    mostSessions: config.sessionsPerUser,
    onRetry: createFloodGate(ports, retriesPerMinute),
    onOutcome: metrics.refreshed,
  })
  const machineTokens = createMachineTokens({ accessTokens, revocations, ports })
  const apiKeys = createApiKeys({
    db,
    ports,
    machineTokens,
    revocations,
    permissions,
    limits,
    audit,
    events,
    outbox,
    mails,
    config,
  })
  // The settings have been checked: nobody is trusted by a list that says nothing.
  const isTrustedProxy = createTrust(config.trustedProxies) ?? (() => false)
  const tlsFiles = createTlsFiles(config, log)
  const mutualTls = createMutualTls({
    db,
    ports,
    files: tlsFiles,
    machineTokens,
    revocations,
    permissions,
    audit,
  })
  const isMachineAlive = async (id: string): Promise<boolean> =>
    (await apiKeys.isAlive(id)) || (await mutualTls.isAlive(id))
  const cookies = createSessionCookies({ secure, sameSite: config.cookieSameSite })
  const deviceSessions = createDeviceSessions({
    db,
    ports,
    audit,
    challenges: createDeviceChallenges(ring, ports, deviceChallengeTtl),
    deviceCookie,
    kinds: new Set(secure ? boundKinds[config.deviceBoundSessions] : []),
    base: `${config.basePath}/auth/device-bound-session`,
    origin,
    initiators: config.allowedOrigins.map((allowed) => new URL(allowed).hostname),
  })
  const cookieSessions = createCookieSessions({
    db,
    ring,
    ports,
    revocations,
    permissions,
    cookies,
    deviceCookie,
    audit,
    reuse,
    issuer: publicUrl,
    audience: config.audience,
    leeway: config.refreshLeeway,
  })
  const introspectors: readonly Introspector[] = [
    { prefix: apiKeyPrefix, introspect: apiKeys.introspect },
    createSessionIntrospector(cookieSessions),
    createAccessTokenIntrospector({ accessTokens, sessions, isMachineAlive }),
  ]
  const ticketCookies = createTicketCookies({ secure, sameSite: config.cookieSameSite })
  const registrationCookie = createRegistrationCookie({ secure, sameSite: config.cookieSameSite })
  const knownDevices = createKnownDevices(ring, secure)
  const rememberWay = createRememberWay({ secure })
  const grant = createGrant({
    accessTokens,
    permissions,
    cookies,
    knownDevices,
    rememberWay,
    deviceSessions,
    ports,
  })

  const methods: Method[] = []
  const policy = createSecondFactorPolicy(config)
  const trustedDevices = createTrustedDevices({ db, ring, ports, secure, ttl: config.trustedDeviceTtl })
  const signInCookie = createSignInCookie(ports, { secure, sameSite: config.cookieSameSite })
  const tickets = createTickets({ db, ports, challenges, signInCookie })
  const beginSession = createBeginSession({ sessions, cookies })
  const signIn = createSignIn({
    db,
    ports,
    challenges,
    limits,
    knownDevices,
    sessions,
    audit,
    tickets,
    trustedDevices,
    policy,
    beginSession,
    methods,
  })
  const secondFactors = createSecondFactors({
    db,
    ports,
    events,
    revocations,
    outbox,
    mails,
    audit,
    policy,
    trustedDevices,
    methods,
  })
  const enrolments = createEnrolments({
    db,
    ports,
    challenges,
    limits,
    revocations,
    outbox,
    audit,
    tickets,
    secondFactors,
    beginSession,
    methods,
  })
  const demands = createDemands({ db, ports, secondFactors })
  const addressUndo = createAddressUndo(challenges, ports)
  const credentials = createCredentials({ ports, events, mails, lifecycles })
  const users = createUsers({
    db,
    ports,
    events,
    credentials,
    addressUndo,
    revocations,
    outbox,
    mails,
    audit,
  })
  const newAccounts = createNewAccounts({
    db,
    ports,
    limits,
    addressUndo,
    registration: config.registration,
  })
  const emailProof = createEmailProof({
    db,
    ports,
    challenges,
    events,
    credentials,
    addressUndo,
    outbox,
    mails,
    revocations,
    audit,
    hasSecondFactor: secondFactors.hasAny,
  })
  const findHolder = createFindHolder({ sessions, cookies, accessTokens })
  const hashPool = createHashPool({ concurrency: config.hashConcurrency, queue: config.hashQueue })
  const spraying = createSpraying({ limits, ports, audit, log })
  const passwords = createPasswords({
    db,
    ports,
    spraying,
    passwordHash: createPasswordHash({
      pool: hashPool,
      pepper: config.passwordPepper,
      cost: outside.hashCost,
    }),
    signIn,
    sessions,
    revocations,
    challenges,
    limits,
    knownDevices,
    outbox,
    mails,
    audit,
    log,
    events,
    credentials,
    resetMails,
    emailProof,
    emailVerification: config.emailVerification,
    appName,
    isOffered: hasPasswords,
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
    emailProof,
    addressUndo,
    resetMails,
    newAccounts,
  })
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
    asked: createAskedChallenges(challenges, ports),
    codeGuesses: createCodeGuesses(limits, knownDevices),
    factorCodes: createFactorCodes(ring, ports),
    mails,
    outbox,
    texts,
    outgoing,
    sessions,
    cookies,
    ticketCookies,
    knownDevices,
    grant,
    signIn,
    policy,
    trustedDevices,
    secondFactors,
    enrolments,
    demands,
    users,
    newAccounts,
    credentials,
    emailProof,
    addressUndo,
    events,
  }
  methods.push(
    passwordMethod(
      createPasswordRoutes({
        passwords,
        registrations,
        emailProof,
        resetMails,
        findHolder,
        knownDevices,
        db,
        signIn,
        grant,
        cookies,
        registrationCookie,
        limits,
        emailVerification: config.emailVerification,
        isOffered: hasPasswords,
      }),
      prepared.lifecycles.password,
    ),
    ...createMethods(core, prepared),
    ...added,
  )
  requireDistinct(methods)

  // Tables of the application's own methods are nothing to a program without them, such as the command line.
  const own = added.flatMap((method) => method.migrations.map((step) => ({ ...step, compatible: true })))
  const schema = [...migrations, ...own]

  return {
    ...core,
    clock,
    keys,
    accessTokens,
    permissions,
    metrics,
    loads,
    nodes,
    nodeView,
    dpop,
    deviceSessions,
    inbox,
    cookieSessions,
    registrationCookie,
    apiKeys,
    isTrustedProxy,
    certificateProxies: config.mtlsProxyHeader && {
      header: config.mtlsProxyHeader,
      isTrusted: isTrustedProxy,
    },
    tlsFiles,
    mutualTls,
    introspectors,
    hashPool,
    passwords,
    resetMails,
    findHolder,
    spraying,
    methods,
    migrations: schema,
    cleanUp: createCleanUp({ db, ports, log, removeOldKeys, removeOldCertificates }),
    readiness: createReadiness({ db, keys, clock, ports, revocations, nodes, loads, migrations: schema }),
    async authenticateHeader(authorization, shown = {}) {
      const dpopToken = dpopTokenOf(authorization)
      if (dpopToken !== null && shown.dpop) {
        const provenKey = await dpop.prove({ ...shown.dpop, token: dpopToken })
        return await accessTokens.verify(dpopToken, { provenKey, certificate: shown.certificate })
      }
      const token = bearerOf(authorization)
      if (!token) throw new AuthError('unauthenticated')
      return await accessTokens.verify(token, { certificate: shown.certificate })
    },
  }
}

/** In production without a mail server mails wait, visibly, until one is configured. */
function transportOf({ smtpUrl, mailFrom }: Config): MailTransport {
  if (smtpUrl !== null) return smtpTransport(smtpUrl, mailFrom)
  return {
    send: () => Promise.reject(new Error('no mail server is configured (SMTP_URL)')),
    close() {},
  }
}

const smsSenderOf = ({ smsUrl, smsFrom }: Config): SmsSender | null =>
  smsUrl === null || smsFrom === null ? null : createHttpSmsSender(smsUrl, smsFrom)
