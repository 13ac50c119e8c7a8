import { realpathSync } from 'node:fs'
import { minutes, type User } from '@latchkey/contract'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load-config.ts'
import { explainNoPasskeys } from './config/relying-party.ts'
import { getSecretRing } from './config/secret-file.ts'
import type { ConfigOptions } from './config/settings.ts'
import { createWitness, type Witness } from './core/revocations/witness.ts'
import { sqliteFileOf } from './db/open-database.ts'
import { beSoleServer } from './db/sole-server.ts'
import { makeGood, tellLoss } from './features/revocation-feed/make-good.ts'
import { createUser, type NewUser } from './features/import/create-user.ts'
import { fileInterval } from './features/mutual-tls/options.ts'
import { makeSetUpLink } from './accounts/set-up-link.ts'
import { createServices, type Services } from './services/create-services.ts'
import type { AuditInput } from './core/audit/audit.ts'
import { createLogFor, type Log, type Logger } from './core/log/log.ts'
import type { MailTransport } from './core/mail/transport.ts'
import type { Method } from './methods/method.ts'
import type { Argon2Cost } from './methods/password/hashes/argon2-hash.ts'
import type { Outgoing } from './core/outgoing/outgoing.ts'
import { createDatabaseClock, type Machine } from './core/ports/database-clock.ts'
import { type Ports, systemPorts } from './core/ports/ports.ts'
import type { SmsSender } from './core/sms/sms.ts'
import { migrate } from './db/migrations.ts'
import { type Database, DatabaseUnavailable } from './db/database.ts'
import { createGuards } from './http/guards.ts'
import type { Mountable } from './http/adapters/mountable.ts'
import { createHttp, type Http } from './http/http.ts'

/** Services of the outside world, handed in beside the settings. */
export interface Outside {
  /** Its time is believed: with `now` the database's clock is not asked. */
  ports?: Partial<Ports>
  /** The clocks of this machine, which are held against the database's. */
  machine?: Machine
  /** An open database instead of `databaseUrl`; closed with the instance. */
  database?: Database
  /** Sends mails instead of `smtpUrl` or the development inbox. */
  mailTransport?: MailTransport
  /** Sends messages to phones instead of `smsUrl` or the development inbox. */
  smsSender?: SmsSender
  log?: Log
  /** Calls other servers instead of {@link createOutgoing}'s: the application's own rules, or an end of them in tests. */
  outgoing?: Outgoing
  /** Cost of a password hash, instead of {@link argon2Cost}. */
  hashCost?: Argon2Cost
}

/** The settings, and what is no setting: code. */
export interface LatchkeyOptions extends ConfigOptions {
  /** Ways to sign in of the application's own, made with `defineMethod`; see docs/methods.md. */
  methods?: readonly Method[]
  /** The application's own logger, pino's or one that speaks like it, instead of lines on standard output. */
  logger?: Logger
}

export interface Latchkey extends Mountable {
  config: Config
  /** Calls `listener` for each audit event of this process. Returns how to stop. */
  on(listener: (event: AuditInput) => void): () => void
  /** The one-time link that makes the first administrator; null when there is one. */
  setUpLink(): Promise<string | null>
  /**
   * Makes a user as `latchkey users create` does: for the first data of an installation, and for tests. Rejects with
   * AuthError `invalid_input`, `email_taken`, `password_too_common`, `role_not_found`, `overloaded`.
   */
  createUser(user: NewUser): Promise<User>
  /**
   * Looks at the files of TLS now instead of within seconds: certificate, key, CAs and revocation lists that have changed
   * take effect, and what was revoked is refused, before it resolves. Files that are not whole leave all as it was.
   */
  refreshTls(): Promise<void>
  /** Not ready from now on; requests are still answered, long polls at once. */
  drain(): void
  /** Finishes what was promised (mails, audit), then lets go of the database. */
  close(): Promise<void>
  /** The services, for the command line and for tests. */
  services: Services
  http: Http
}

const maintenance = minutes(1)

/**
 * Opens the database, applies migrations, makes keys where there are none, and starts the background work.
 * Throws {@link ConfigError} with every fault of the settings, TypeError for methods that clash, and DatabaseUnavailable.
 */
export async function createLatchkey(
  { methods = [], logger, ...options }: LatchkeyOptions = {},
  outside: Outside = {},
): Promise<Latchkey> {
  const log = logger && createLogFor(logger)
  const config = loadConfig({ env: process.env, options })
  return await startLatchkey(config, { ...(log && { log }), ...outside }, methods)
}

/** The same with settings that were read already. */
export async function startLatchkey(
  config: Config,
  outside: Outside = {},
  methods: readonly Method[] = [],
): Promise<Latchkey> {
  const clock = createDatabaseClock(outside.machine)
  const ports = { ...systemPorts, now: clock.now, isTimeInDoubt: clock.isWrong, ...outside.ports }
  const services = createServices({
    ...outside,
    clock,
    config,
    secrets: getSecretRing(config),
    ports,
    methods,
  })
  const { db, nodes, revocations, audit, tlsFiles } = services
  const file = sqliteFileOf(config.databaseUrl)
  const witness = createWitness(db, config)
  let leavePlace = () => {}
  let http: Http
  try {
    tlsFiles.current()
    if (file !== null && !outside.database) leavePlace = takePlace(file, services.log)
    http = createHttp(services)
    await open(services, witness)
  } catch (error) {
    await nodes.stop()
    await db.close().catch(() => {})
    leavePlace()
    throw error
  }
  const running = run(services, witness)
  let closing: Promise<void> | undefined

  return {
    config,
    services,
    http,
    handler: http.handler,
    serve: http.serve,
    owns: http.owns,
    ...createGuards(services),
    forms: http.forms,
    refusal: http.refusal,
    unreadable: http.unreadable,
    on: audit.on,
    setUpLink: () => makeSetUpLink(services),
    refreshTls: running.refreshTls,
    createUser: (user) => createUser(services, user, 'application'),
    drain,
    close,
  }

  function drain(): void {
    services.readiness.drain()
    revocations.release()
  }

  function close(): Promise<void> {
    closing ??= shutDown()
    return closing
  }

  async function shutDown(): Promise<void> {
    drain()
    await running.stop()
    await db.close()
    leavePlace()
  }
}

/** Brings the database to the state that everything stands on. */
async function open(services: Services, witness: Witness): Promise<void> {
  const { db, clock, ports, log, nodes, keys, mutualTls, revocations, loads } = services
  await clock.ask(db)
  await witness.requireContent()
  await migrate(db, services.migrations, ports.now(), (holder) => log.warn('migrations wait', { holder }))
  await db.checkpoint()
  await nodes.start()
  await keys.ensure()
  await mutualTls.endRevoked()
  await revocations.start({
    onChange: loads.run,
    onError: (error) => log.warn('the revocation log cannot be followed', { error }),
    onLoss: (loss) => makeGood(services, loss),
  })
  await heedWitness(services, witness)
}

async function heedWitness(services: Services, witness: Witness): Promise<void> {
  const seen = witness.read()
  // Others may follow this log: they are told as well.
  if (services.db.dialect === 'postgres' && seen) return await services.revocations.testify(seen)
  const loss = await witness.findLoss()
  if (loss) await tellLoss(services, loss)
}

/** Starts the background work. */
function run(
  services: Services,
  witness: Witness,
): { refreshTls: () => Promise<void>; stop: () => Promise<void> } {
  const { config, db, clock, log, keys, nodes, loads, revocations, outbox, cleanUp, audit } = services
  let isWitnessLost = false
  keepWitness()
  const noPasskeys = explainNoPasskeys(config)
  if (noPasskeys !== null) log.warn('passkeys are not offered', { reason: noPasskeys })
  clock.follow(db, (isWrong) => {
    const offset = `${clock.offset() / 1000} s`
    if (isWrong)
      log.error('the clock of this machine is wrong, or has jumped; see the runbook on clocks', { offset })
    else log.warn('the clock of this machine is right again', { offset })
  })
  loads.start()
  outbox.start()
  cleanUp.start()
  const maintaining = setInterval(() => void maintain(), maintenance)
  maintaining.unref()
  const looking = setInterval(() => {
    keepWitness()
    void refreshTls()
  }, fileInterval)
  looking.unref()

  return { refreshTls, stop }

  async function maintain(): Promise<void> {
    try {
      await keys.maintain()
    } catch (error) {
      log.warn('the signing keys cannot be maintained', { error })
    }
  }

  /** Said once: where a data folder cannot be written to, that is no news. */
  function keepWitness(): void {
    try {
      witness.write(revocations.position())
    } catch (error) {
      if (!isWitnessLost) log.warn('the witness of the database cannot be written', { error })
      isWitnessLost = true
    }
  }

  async function refreshTls(): Promise<void> {
    try {
      if (services.tlsFiles.refresh()) await services.mutualTls.endRevoked()
    } catch (error) {
      log.error('revoked certificates cannot be ended', { error })
    }
  }

  async function stop(): Promise<void> {
    clock.stop()
    clearInterval(maintaining)
    clearInterval(looking)
    loads.stop()
    await revocations.stop()
    await nodes.stop()
    await cleanUp.stop()
    await outbox.stop(config.shutdownGrace)
    await audit.flush()
    keepWitness()
  }
}

/** A server that cannot look for others starts all the same: it is probably alone. */
function takePlace(file: string, log: Log): () => void {
  try {
    return beSoleServer(realpathSync(file))
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    log.warn('whether another server has the database open cannot be said', { error })
    return () => {}
  }
}
