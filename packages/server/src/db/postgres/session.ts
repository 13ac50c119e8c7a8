import type { Client } from 'pg'

/** Settings of a session of the server; the server gives up before we do. */
export interface SessionSettings {
  /** `on`: committed data has reached the disk, and a synchronous standby if there is one. */
  durability: 'on' | 'off'
  /** Our own limit, in milliseconds. */
  timeout: number
  /**
   * `once`: a statement is planned when a connection first runs it, for all values. For work that finds rows by their
   * keys alone, where every plan is the same and planning costs more than running.
   */
  plans: 'once' | 'by values'
}

/** The names of the server's settings and their values, in the order in which they are set. */
function settingsFor({ durability, timeout, plans }: SessionSettings): [name: string, value: string][] {
  const share = (part: number): string => `${Math.round(timeout * part)}ms`
  return [
    ['synchronous_commit', durability],
    // In this order: a stalled process loses its locks before another stops waiting for them, and a waiter learns of
    // the lock before its statement is ended for taking too long.
    ['idle_in_transaction_session_timeout', share(0.6)],
    ['lock_timeout', share(0.8)],
    ['statement_timeout', share(0.9)],
    // A backend whose client has gone ends instead of working on in vain.
    ['client_connection_check_interval', share(0.5)],
    ['tcp_keepalives_idle', '10'],
    ['tcp_keepalives_interval', '5'],
    ['tcp_keepalives_count', '3'],
    ...(plans === 'once' ? plannedOnce : []),
  ]
}

/**
 * A plan that is kept must be right for the table as it will be: one made while the table was empty must not read all of
 * it. No plan is kept behind a pooler, and these are not set.
 */
const plannedOnce: [name: string, value: string][] = [
  ['plan_cache_mode', 'force_generic_plan'],
  ['enable_seqscan', 'off'],
  ['enable_hashjoin', 'off'],
  ['enable_mergejoin', 'off'],
]

/** Tracks the server processes behind our connections: one each, unless a pooler lends them. */
export class Backends {
  readonly #onShared: () => void
  readonly #clients = new Map<number, Client>()
  isShared = false

  /** @param onShared called once, when two connections turn out to be served by one process */
  constructor(onShared: () => void) {
    this.#onShared = onShared
  }

  /** Somebody between lends them: that is certain. */
  share(): void {
    if (!this.isShared) this.#onShared()
    this.isShared = true
  }

  /** Another server may take over, whose processes have numbers of their own. */
  forget(): void {
    this.#clients.clear()
  }

  /** False if the process serves another connection that is still open. */
  claim(client: Client, pid: number): boolean {
    const other = this.#clients.get(pid)
    if (other !== undefined && other !== client && !other.connection.stream.destroyed) {
      this.share()
      return false
    }
    this.#clients.set(pid, client)
    client.once('end', () => {
      if (this.#clients.get(pid) === client) this.#clients.delete(pid)
    })
    return true
  }
}

/** Settings for {@link patiently}: nothing is ended for taking long. */
const patience = ['idle_in_transaction_session_timeout', 'lock_timeout', 'statement_timeout'].map(
  (name): [string, string] => [name, '0'],
)

/** The connections of a pooler are not ours for longer than a transaction: there each brings its own settings. */
export function beginText(
  { pooled }: { pooled: boolean },
  settings: SessionSettings,
  { patient }: { patient: boolean },
): string {
  const own = pooled ? settingsFor(settings).filter(([name]) => ofTransactions.has(name)) : []
  const texts = [...own, ...(patient ? patience : [])].map(
    ([name, value]) =>
      `SELECT set_config('${name}', '${value}', true) WHERE ${isWanted(`'${name}'`, `'${value}'`)}`,
  )
  return ['BEGIN', ...texts].join('; ')
}

const ofTransactions = new Set([
  'synchronous_commit',
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'statement_timeout',
])

/** `remote_apply` asks for more than `on`: that stays. */
const isWanted = (name: string, value: string): string =>
  `NOT (${name} = 'synchronous_commit' AND ${value} = 'on' AND current_setting('synchronous_commit') = 'remote_apply')`

// A setting that the server does not know (client_connection_check_interval came with version 14) is left out.
const apply = `
  SELECT set_config(wanted.name, wanted.value, false)
    FROM unnest($1::text[], $2::text[]) AS wanted (name, value) JOIN pg_settings AS known USING (name)
   WHERE ${isWanted('wanted.name', 'wanted.value')}`

/**
 * Prepares a new connection. Not by options of the start: poolers refuse those. Returns whether a pooler is between:
 * then the process that answers is not the one that was introduced at the start, or it answers on another connection of
 * ours as well.
 */
export async function prepareSession(
  client: Client,
  settings: SessionSettings,
  backends: Backends,
): Promise<{ pooled: boolean }> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const pid = rows[0]?.pid ?? 0
  if (backends.isShared || pid !== backendOf(client)?.pid) return { pooled: true }
  if (!backends.claim(client, pid)) return { pooled: true }
  const wanted = settingsFor(settings)
  try {
    await set(client, wanted)
  } catch {
    // Servers on some systems cannot watch the connection of a running statement.
    await set(
      client,
      wanted.filter(([name]) => name !== 'client_connection_check_interval'),
    )
  }
  return { pooled: false }
}

async function set(client: Client, wanted: [name: string, value: string][]): Promise<void> {
  await client.query(apply, [wanted.map(([name]) => name), wanted.map(([, value]) => value)])
}

/** Returns the process that serves a connection and the key that cancels its work; the types of `pg` omit them. */
export function backendOf(client: Client): { pid: number; secret: number } | null {
  const { processID, secretKey } = client as Client & { processID?: unknown; secretKey?: unknown }
  return typeof processID === 'number' && typeof secretKey === 'number'
    ? { pid: processID, secret: secretKey }
    : null
}
