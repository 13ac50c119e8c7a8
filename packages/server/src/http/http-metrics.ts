/** Counts answers and their times by route and status. */
export interface HttpMetrics {
  observe(route: string, status: number, milliseconds: number): void
  /** Prometheus text format 0.0.4. */
  render(): string
}

/** Upper bounds in seconds. */
const buckets = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5]

interface Series {
  count: number
  sum: number
  within: number[]
}

export function createHttpMetrics(): HttpMetrics {
  const requests = new Map<string, number>()
  const durations = new Map<string, Series>()

  return {
    observe(route, status, milliseconds) {
      const key = `route="${route}",status="${status}"`
      requests.set(key, (requests.get(key) ?? 0) + 1)
      let series = durations.get(route)
      if (!series) durations.set(route, (series = { count: 0, sum: 0, within: buckets.map(() => 0) }))
      const duration = milliseconds / 1000
      series.count++
      series.sum += duration
      buckets.forEach((bound, index) => {
        if (duration <= bound) series.within[index]!++
      })
    },
    render() {
      return [
        '# HELP latchkey_http_requests_total Answers by route and status.',
        '# TYPE latchkey_http_requests_total counter',
        ...[...requests].map(([key, count]) => `latchkey_http_requests_total{${key}} ${count}`),
        '# HELP latchkey_http_request_duration_seconds Time to answer by route.',
        '# TYPE latchkey_http_request_duration_seconds histogram',
        ...[...durations].flatMap(([route, series]) => histogram(route, series)),
      ].join('\n')
    },
  }
}

function histogram(route: string, { count, sum, within }: Series): string[] {
  const name = 'latchkey_http_request_duration_seconds'
  return [
    ...buckets.map((bound, index) => `${name}_bucket{route="${route}",le="${bound}"} ${within[index]}`),
    `${name}_bucket{route="${route}",le="+Inf"} ${count}`,
    `${name}_sum{route="${route}"} ${sum.toFixed(6)}`,
    `${name}_count{route="${route}"} ${count}`,
  ]
}
