import { createTrust } from '@latchkey/verify/core'
import type { Config } from '../config/config.ts'
import { createAudit } from '../core/audit/audit.ts'
import { createPendingCodes } from '../core/challenges/pending-codes.ts'
import { createChallenges } from '../core/challenges/challenges.ts'
import { createKnownDevices } from '../core/limits/known-device.ts'
import { createLimits } from '../core/limits/limits.ts'
import { createLog, type Log } from '../core/log/log.ts'
import { logDatabase } from '../core/log/log-database.ts'
import { type MailTransport, smtpTransport } from '../core/mail/transport.ts'
import { measureDatabase } from '../core/metrics/measured-database.ts'
import { createMetrics, type Metrics } from '../core/metrics/metrics.ts'
import { createLoads, type Loads } from '../core/nodes/loads.ts'
import { createNodes, createNodeView, type Nodes, type NodeView } from '../core/nodes/nodes.ts'
import { createInbox, type Inbox } from '../core/outbox/inbox.ts'
import { createOutbox } from '../core/outbox/outbox.ts'
import { createTexts } from '../core/outbox/texts.ts'
import { createOutgoing, type Outgoing } from '../core/outgoing/outgoing.ts'
import type { DatabaseClock } from '../core/ports/database-clock.ts'
import type { Ports } from '../core/ports/ports.ts'
import { createRevocationLog } from '../core/revocations/log.ts'
import { createKeyring } from '../core/secrets/keyring.ts'
import { createSecretBox } from '../core/secrets/secret-box.ts'
import { createSigningKeys, type SigningKeys } from '../core/signing-keys/signing-keys.ts'
import { createHttpSmsSender } from '../core/sms/http-sender.ts'
import type { SmsSender } from '../core/sms/sms.ts'
import type { Database } from '../db/database.ts'
import { type Migration, requireFittingSchema } from '../db/migrations.ts'
import { openDatabase } from '../db/open-database.ts'
import { createMails } from '../identity/mails/mails.ts'
import { createPermissions, type Permissions } from '../identity/roles/permissions.ts'
import type { CoreServices } from '../methods/method-services.ts'
import { createCodeGuesses } from '../sign-in/codes/code-guesses.ts'
import { createFactorCodes } from '../sign-in/codes/factor-codes.ts'

export interface CoreOptions {
  config: Config
  secrets: readonly string[]
  ports: Ports
  clock: DatabaseClock
  /** The whole schema. */
  migrations: readonly Migration[]
  database?: Database
  mailTransport?: MailTransport
  smsSender?: SmsSender
  log?: Log
  outgoing?: Outgoing
}

/** The services below sessions, with the parts that layers above the methods read. */
export interface Core extends CoreServices {
  clock: DatabaseClock
  metrics: Metrics
  nodes: Nodes
  nodeView: NodeView
  keys: SigningKeys
  permissions: Permissions
  loads: Loads
  /** Null if mails leave by a mail server. */
  inbox: Inbox | null
  isTrustedProxy: (address: string) => boolean
  migrations: readonly Migration[]
}

/** Throws DatabaseUnavailable. */
export function createCore({ config, secrets, ports, clock, migrations, ...outside }: CoreOptions): Core {
  const log = outside.log ?? createLog({ level: config.logLevel })
  const onError = (error: unknown): void => log.error('background work failed', { error })
  const { publicUrl, appName, accessTokenTtl, databaseTimeout } = config
  const isDevelopment = config.nodeEnv !== 'production'

  const metrics = createMetrics()
  const db = measureDatabase(
    outside.database ??
      openDatabase(config.databaseUrl, { timeout: databaseTimeout, onEvent: logDatabase(log) }),
    metrics,
  )
  const nodeView = createNodeView()
  const ring = createKeyring(secrets, nodeView)
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
  const permissions = createPermissions(db)
  const loads = createLoads({
    load: [keys.load, permissions.load, () => requireFittingSchema(db, migrations)],
    log,
  })
  const audit = createAudit({ db, ports, onError })
  const limits = createLimits(db, ports, config.limitScale)
  const challenges = createChallenges(ring, ports)
  const mails = createMails({
    appName,
    publicUrl,
    hasPasswords: config.signInMethods.includes('password'),
  })
  const isInboxUsed = isDevelopment && (config.smtpUrl === null || config.smsUrl === null)
  const inbox = isInboxUsed ? createInbox(db, ports) : null
  const transport = outside.mailTransport ?? transportOf(config, inbox)
  const outgoing =
    outside.outgoing ??
    createOutgoing({ privateHosts: config.outgoingPrivateHosts, allowsHttp: isDevelopment })
  const outbox = createOutbox({ db, ring, ports, transport, log })
  const knownDevices = createKnownDevices(ring, publicUrl.startsWith('https:'))
  const texts = createTexts({
    limits,
    outbox,
    sender: outside.smsSender ?? smsSenderOf(config) ?? inbox?.smsSender ?? null,
    appName,
    publicUrl,
    prefixes: config.smsPrefixes,
    newNumbersPerDay: config.smsPerDay,
  })
  return {
    config,
    log,
    ports,
    clock,
    metrics,
    db,
    nodeView,
    ring,
    nodes,
    revocations,
    keys,
    permissions,
    loads,
    audit,
    limits,
    knownDevices,
    challenges,
    pendingCodes: createPendingCodes(challenges, ports),
    codeGuesses: createCodeGuesses(limits, knownDevices),
    factorCodes: createFactorCodes(ring, ports),
    mails,
    inbox,
    outgoing,
    outbox,
    texts,
    secretBox: createSecretBox(ring),
    migrations,
    // The settings have been checked; an unreadable list would trust no proxy.
    isTrustedProxy: createTrust(config.trustedProxies) ?? (() => false),
  }
}

/** In production without a mail server mails wait, visibly, until one is configured. */
function transportOf({ smtpUrl, mailFrom }: Config, inbox: Inbox | null): MailTransport {
  if (smtpUrl !== null) return smtpTransport(smtpUrl, mailFrom)
  return (
    inbox?.transport ?? {
      send: () => Promise.reject(new Error('no mail server is configured (SMTP_URL)')),
      close() {},
    }
  )
}

const smsSenderOf = ({ smsUrl, smsFrom }: Config): SmsSender | null =>
  smsUrl === null || smsFrom === null ? null : createHttpSmsSender(smsUrl, smsFrom)
