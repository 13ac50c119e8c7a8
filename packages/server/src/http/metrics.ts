import type { Services } from '../services/create-services.ts'
import { countOutbox } from '../core/outbox/outbox-store.ts'

type Watched = Pick<
  Services,
  'metrics' | 'db' | 'ports' | 'clock' | 'keys' | 'hashPool' | 'revocations' | 'nodes' | 'spraying'
>

/** Shows figures of the services, read at the time of each scrape. */
export function watchServices(services: Watched): void {
  const { metrics, db, ports, clock, keys, hashPool, revocations, nodes, spraying } = services
  const { watch, watchTotal } = metrics
  const outbox = () => countOutbox(db)
  const pools = (figure: 'open' | 'busy' | 'waiting' | 'most') => () => ({
    by: Object.fromEntries(Object.entries(db.figures().pools).map(([name, pool]) => [name, pool[figure]])),
  })

  watch(
    'latchkey_outbox_waiting',
    'Mails and tasks that wait to be done.',
    async () => (await outbox()).waiting,
  )
  watch('latchkey_outbox_dead', 'Mails and tasks that have been given up.', async () => (await outbox()).dead)
  watch('latchkey_outbox_oldest_seconds', 'Age of the oldest mail or task that waits.', async () => {
    const { oldest } = await outbox()
    return oldest === null ? 0 : Math.max(0, ports.now() - oldest) / 1000
  })
  watch('latchkey_hashes_running', 'Passwords being hashed.', () => hashPool.running)
  watch('latchkey_hashes_waiting', 'Passwords that wait to be hashed.', () => hashPool.waiting)
  watch('latchkey_revocations', 'Revocations in force.', () => revocations.size())
  watch(
    'latchkey_revocation_lag_seconds',
    'Age of the last complete look at the log.',
    () => revocations.lag() / 1000,
  )
  watchTotal(
    'latchkey_revocation_log_losses',
    'How often the database had lost revocations that this process knew.',
    () => revocations.losses(),
  )
  watch(
    'latchkey_password_spraying_suspected',
    '1 while more sign-ins fail in the whole system than people account for.',
    () => Number(spraying.figures().isSuspected),
  )
  watchTotal(
    'latchkey_password_spraying_networks_total',
    'Networks that were noticed trying passwords against many accounts.',
    () => spraying.figures().networksNoticed,
  )
  watchTotal(
    'latchkey_sign_ins_slowed_total',
    'Sign-ins that were told to wait because their network sprays passwords.',
    () => spraying.figures().signInsSlowed,
  )
  watch('latchkey_signing_key_age_seconds', 'Age of the key that signs.', () => {
    return Math.max(0, ports.now() - keys.signer().createdAt) / 1000
  })
  watch(
    'latchkey_clock_offset_seconds',
    'How far the database is ahead of this process.',
    () => -clock.offset() / 1000,
  )
  watch('latchkey_nodes', 'Processes of this installation, this one included.', () => nodes.count())
  watch('latchkey_secrets_missing', 'Whether another process makes tokens that this one cannot read.', () =>
    nodes.knowsAllOfTheirs() ? 0 : 1,
  )
  watch('latchkey_database_away', 'Whether the database is known to be away.', () =>
    db.figures().isAway ? 1 : 0,
  )
  watchTotal(
    'latchkey_database_outages_total',
    'How often the database went away.',
    () => db.figures().outages,
  )
  watchTotal(
    'latchkey_database_timeouts_total',
    'Work that was given up for want of an answer.',
    () => db.figures().timeouts,
  )
  watchTotal(
    'latchkey_database_lock_timeouts_total',
    'Work that waited too long for a lock.',
    () => db.figures().lockTimeouts,
  )
  watch('latchkey_database_pool_open', 'Connections by pool.', pools('open'))
  watch('latchkey_database_pool_busy', 'Connections in use by pool.', pools('busy'))
  watch('latchkey_database_pool_waiting', 'Work that waits for a connection, by pool.', pools('waiting'))
  watch('latchkey_database_pool_most', 'Connections at most, by pool.', pools('most'))
}
