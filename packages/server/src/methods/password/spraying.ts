import { type Milliseconds, minutes } from '@latchkey/contract'
import type { Audit } from '../../core/audit/audit.ts'
import type { Limit, Limits } from '../../core/limits/limits.ts'
import type { Log } from '../../core/log/log.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import { batch } from '../../db/batch.ts'

/**
 * Detects one password tried against many accounts: each account sees one wrong try, so its own limits are never
 * reached. It slows networks down, for browsers that the account does not know; it locks nobody out.
 */
export interface Spraying {
  /**
   * Called before a password is checked, for a browser that the account does not know. Throws AuthError `rate_limited`.
   */
  admit(request: RequestContext): Promise<Admitted>
  /** Called when a sign-in was refused, for any reason: an attacker must not see which. */
  failed(account: string, request: RequestContext): Promise<void>
  succeeded(admitted: Admitted): Promise<void>
  /** True while a network is slowed down; for the whole system (null), while any process suspects an attack. */
  isActive(network: string | null): Promise<boolean>
  /** Figures of this process, for metrics. */
  figures(): SprayingFigures
}

/** The hit to return after a success; null if the network is not slowed down. */
export type Admitted = { network: string } | null

export interface SprayingFigures {
  /** True if the whole system has more failed sign-ins than normal use explains. */
  isSuspected: boolean
  /** Networks that this process was the first to notice. */
  networksNoticed: number
  signInsSlowed: number
}

const window: Milliseconds = minutes(10)

/**
 * Limit for one network: an account counts once, however often it is tried. Twenty forgetful people in ten minutes are
 * an exam.
 */
const accountsTried: Limit = { name: 'spraying-accounts-per-network', most: 20, window }
/** The same counter, while the whole system is under suspicion: the spray may come from many networks. */
const accountsTriedOnAlarm: Limit = { ...accountsTried, most: 5 }
const triesOfAccount: Limit = { name: 'spraying-tries-of-account', most: 1, window }
/** Twelve seconds a try: 400 accounts take an hour and a half instead of a minute, and a person hardly notices. */
const slowed: Limit = { name: 'spraying-slowed-network', most: 5, window: minutes(1) }

/** Limit for the whole system: fewer failures than this are noise, whatever the share. */
const failures: Limit = { name: 'spraying-failures', most: 100, window }
const successes: Limit = { name: 'spraying-successes', most: Infinity, window }
/** People mistype one sign-in in ten, one in three after a holiday. */
const failuresPerSuccess = 2
const alarms: Limit = { name: 'spraying-alarms', most: 1, window }
const system = 'system'
/** Time for which this process keeps its last view of the system. */
const suspicionFor: Milliseconds = minutes(1)

export interface SprayingOptions {
  limits: Limits
  ports: Ports
  audit: Audit
  log: Log
}

export function createSpraying({ limits, ports, audit, log }: SprayingOptions): Spraying {
  let suspectedAt: number | null = null
  let networksNoticed = 0
  let signInsSlowed = 0
  /** Written with the next failure: successes alone are no news, and one row for all of them would be a queue. */
  let unwrittenSuccesses = 0
  // Under attack all failures meet in one row: those of one moment are one statement.
  const countFailures = batch<null, boolean>(writeFailures, { largest: 1000, abreast: 1 })

  return { admit, failed, succeeded, isActive, figures }

  async function admit(request: RequestContext): Promise<Admitted> {
    const network = networkOfCaller(request)
    if (!(await limits.isReached(thresholdNow(), network))) return null
    try {
      await limits.take(slowed, network)
    } catch (error) {
      signInsSlowed++
      throw error
    }
    return { network }
  }

  async function failed(account: string, request: RequestContext): Promise<void> {
    const network = networkOfCaller(request)
    if (await limits.isFirst(triesOfAccount, `${network}\0${account}`))
      await limits.add(accountsTried, network, 1)
    const isSystemWide = await countFailures(null)
    if (isSystemWide) await alarm(system, request)
    if (await limits.isReached(thresholdNow(), network)) await alarm(network, request)
  }

  async function succeeded(admitted: Admitted): Promise<void> {
    unwrittenSuccesses++
    if (admitted) await limits.giveBack(slowed, admitted.network)
  }

  async function isActive(network: string | null): Promise<boolean> {
    if (network !== null) return await limits.isReached(thresholdNow(), network)
    const good = await limits.count(successes, system)
    const bad = await limits.count(failures, system)
    return (await limits.isReached(failures, system)) && bad > good * failuresPerSuccess
  }

  async function writeFailures(inputs: null[]): Promise<boolean[]> {
    const succeeded = unwrittenSuccesses
    unwrittenSuccesses = 0
    const good = await limits.add(successes, system, succeeded)
    const bad = await limits.add(failures, system, inputs.length)
    const isSuspected = (await limits.isReached(failures, system)) && bad > good * failuresPerSuccess
    suspectedAt = isSuspected ? ports.now() : null
    return inputs.map(() => isSuspected)
  }

  /** Only one process reports an attack, and only once: the next report comes after ten quiet minutes. */
  async function alarm(scope: string, request: RequestContext): Promise<void> {
    if (!(await limits.isFirst(alarms, scope))) return
    const isSystemWide = scope === system
    if (!isSystemWide) networksNoticed++
    const detail = isSystemWide ? { scope } : { scope: 'network', network: scope }
    audit.record({ kind: 'login.spraying_suspected', ...(isSystemWide ? {} : originOf(request)), detail })
    log.warn('password spraying is suspected', detail)
  }

  function thresholdNow(): Limit {
    return isSuspected() ? accountsTriedOnAlarm : accountsTried
  }

  function isSuspected(): boolean {
    return suspectedAt !== null && Math.abs(ports.now() - suspectedAt) <= suspicionFor
  }

  function figures(): SprayingFigures {
    return { isSuspected: isSuspected(), networksNoticed, signInsSlowed }
  }
}
