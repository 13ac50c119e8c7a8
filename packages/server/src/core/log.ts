export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
  child(fields: Record<string, unknown>): Log
}

export function createLog({ level }: { level: string }): Log {
  const line = (l: string) => (message: string, fields?: Record<string, unknown>) => {
    if (l === 'error' || l === 'warn' || level === 'debug')
      process.stderr.write(`${l} ${message} ${String(fields?.error ?? '')}\n`)
  }
  const log: Log = {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: () => log,
  }
  return log
}
