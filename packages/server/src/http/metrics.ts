import type { Parts } from '../services/create-services.ts'
import { countOutbox } from '../core/outbox/outbox-store.ts'
import type { HttpMetrics } from './http-metrics.ts'

/** Everything an operator watches, in Prometheus text format 0.0.4. */
export async function renderMetrics(parts: Parts, http: HttpMetrics): Promise<string> {
  const { waiting, dead } = await countOutbox(parts.db)
  const memory = process.memoryUsage()
  const spraying = parts.spraying.figures()
  return [
    http.render(),
    gauge('latchkey_outbox_waiting', 'Mails and tasks that wait to be done.', waiting),
    gauge('latchkey_outbox_dead', 'Mails and tasks that have been given up.', dead),
    gauge('latchkey_hashes_running', 'Passwords being hashed.', parts.hashPool.running),
    gauge('latchkey_hashes_waiting', 'Passwords that wait to be hashed.', parts.hashPool.waiting),
    gauge('latchkey_revocations', 'Revocations in force.', parts.revocations.size()),
    gauge(
      'latchkey_revocation_lag_seconds',
      'Age of the last complete look at the log.',
      parts.revocations.lag() / 1000,
    ),
    gauge(
      'latchkey_revocation_log_losses',
      'How often the database had lost revocations that this process knew.',
      parts.revocations.losses(),
    ),
    gauge(
      'latchkey_password_spraying_suspected',
      '1 while more sign-ins fail in the whole system than people account for.',
      Number(spraying.isSuspected),
    ),
    counter(
      'latchkey_password_spraying_networks_total',
      'Networks that were noticed trying passwords against many accounts.',
      spraying.networksNoticed,
    ),
    counter(
      'latchkey_sign_ins_slowed_total',
      'Sign-ins that were told to wait because their network sprays passwords.',
      spraying.signInsSlowed,
    ),
    gauge('process_resident_memory_bytes', 'Resident memory.', memory.rss),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use.', memory.heapUsed),
    gauge('process_uptime_seconds', 'Time since start.', process.uptime()),
    '',
  ].join('\n')
}

const gauge = (name: string, help: string, value: number): string => series('gauge', name, help, value)
const counter = (name: string, help: string, value: number): string => series('counter', name, help, value)

const series = (type: 'gauge' | 'counter', name: string, help: string, value: number): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}`
