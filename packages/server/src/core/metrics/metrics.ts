import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { version } from '../../config/version.ts'

/** Metrics for an operator to watch. Each instance has its own. */
export interface Metrics {
  /** Counts one answer. */
  answered(route: string, status: number, seconds: number): void
  /** Counts a refusal by its code; those that sign a client out are counted once more by themselves. */
  refused(code: string, signsOut: boolean): void
  /** Counts the outcome of a refresh: `rotated`, `retry`, `reuse`, … */
  refreshed(outcome: string): void
  /** Counts one piece of work of the database. */
  queried(kind: string, seconds: number): void
  failedQuery(kind: string): void
  /** Shows the value of `read` at the time of each scrape; by the label `name` if it is a record. */
  watch(name: string, help: string, read: Read): void
  /** As {@link watch}, for figures that only rise. */
  watchTotal(name: string, help: string, read: () => number): void
  /** Prometheus text format 0.0.4. */
  render(): Promise<string>
}

type Read = () => Figures | Promise<Figures>
type Figures = number | { by: Readonly<Record<string, number>> }

/** Upper bounds in seconds. */
const answerTimes = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5]
const queryTimes = [0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5]

export function createMetrics(): Metrics {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers })
  const answers = counter('latchkey_http_requests_total', 'Answers by route and status.', ['route', 'status'])
  const answerSeconds = histogram(
    'latchkey_http_request_duration_seconds',
    'Time to answer by route.',
    ['route'],
    answerTimes,
  )
  const refusals = counter('latchkey_refusals_total', 'Refusals by code.', ['code'])
  const signOuts = counter('latchkey_sign_outs_total', 'Refusals that sign a client out, by code.', ['code'])
  const refreshes = counter('latchkey_refreshes_total', 'Refreshes by outcome.', ['outcome'])
  const querySeconds = histogram(
    'latchkey_database_seconds',
    'Time of a statement or transaction, waiting for a connection included.',
    ['kind'],
    queryTimes,
  )
  const queryErrors = counter('latchkey_database_errors_total', 'Failed work of the database.', ['kind'])
  // There from the start, so that an alert sees the first one.
  for (const kind of ['unavailable', 'failed']) queryErrors.inc({ kind }, 0)
  for (const outcome of ['rotated', 'reuse', 'fast_forward']) refreshes.inc({ outcome }, 0)
  new Gauge({ name: 'latchkey_info', help: 'The release.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )
  let rendered = false

  return {
    answered(route, status, seconds) {
      answers.inc({ route, status })
      answerSeconds.observe({ route }, seconds)
    },
    refused(code, signsOut) {
      refusals.inc({ code })
      if (signsOut) signOuts.inc({ code })
    },
    refreshed: (outcome) => refreshes.inc({ outcome }),
    queried: (kind, seconds) => querySeconds.observe({ kind }, seconds),
    failedQuery: (kind) => queryErrors.inc({ kind }),
    watch,
    watchTotal,
    render,
  }

  function watch(name: string, help: string, read: Read): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['name'],
      registers,
      async collect() {
        this.reset()
        // Others are worth all the more while the database is away.
        const figures = await Promise.resolve()
          .then(read)
          .catch(() => ({ by: {} }))
        if (typeof figures === 'number') this.set(figures)
        else for (const [name, value] of Object.entries(figures.by)) this.set({ name }, value)
      },
    })
    // Else a labelled figure would begin with a nought of no label.
    gauge.reset()
  }

  function watchTotal(name: string, help: string, read: () => number): void {
    const total = new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
    total.reset()
  }

  async function render(): Promise<string> {
    // Default metrics watch the process at a small cost, so they start only when somebody asks.
    if (!rendered) collectDefaultMetrics({ register: registry })
    rendered = true
    return await registry.metrics()
  }
}
