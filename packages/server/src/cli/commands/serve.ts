import { loadConfig } from '../../config/load-config.ts'
import { listen, type RunningServer } from '../../server.ts'
import { type Latchkey, startLatchkey } from '../../latchkey.ts'
import { type Command, CommandError, exitCodes } from '../command.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'Start the server',
  async run({ json }) {
    const latchkey = await startLatchkey(loadConfig({ env: process.env }))
    const server = await start(latchkey)
    // Listens for the signal before announcing the server: an immediate stop is then orderly, too.
    const asked = stopSignal()
    // A tool that renews certificates may send it; otherwise the files are checked every few seconds.
    process.on('SIGHUP', () => void latchkey.refreshTls())
    await greet(latchkey, server, json)
    await asked
    await server.stop()
    return exitCodes.done
  },
}

async function start(latchkey: Latchkey): Promise<RunningServer> {
  try {
    return await listen(latchkey)
  } catch (error) {
    await latchkey.close()
    throw new CommandError(whyNot(error, latchkey.config), exitCodes.unavailable)
  }
}

function whyNot(error: unknown, { port, host }: Latchkey['config']): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EADDRINUSE') return `Port ${port} is in use by another program. Set PORT to another one.`
  if (code === 'EACCES')
    return `Port ${port} may not be opened by this user. Ports below 1024 need more rights.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${host}. Set HOST.`
  return `The server cannot listen on ${host}:${port} (${String(code)}).`
}

async function greet(latchkey: Latchkey, { port }: RunningServer, json: boolean): Promise<void> {
  const { config, services } = latchkey
  const { publicUrl, databaseUrl, nodeEnv } = config
  // The link is a secret: in production the terminal is a log, so it is asked for by command instead.
  const setUp = nodeEnv === 'production' ? null : await latchkey.setUpLink()
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: 'listening', port, publicUrl, setUp })}\n`)
    return
  }
  const rows: [string, string][] = [
    ['Server', `${publicUrl} (port ${port}, ${nodeEnv})`],
    ['API', `${publicUrl}${config.basePath}/auth`],
    ['Account', `${publicUrl}/account`],
    ['Reference', `${publicUrl}/docs`],
    ...(services.inbox
      ? [['Inbox', `${publicUrl}/dev/mail (mails land here until SMTP_URL is set)`] as [string, string]]
      : []),
    ['Database', databaseUrl.replace(/\/\/[^@/]*@/, '//…@')],
    ...(setUp ? [['First administrator', `${setUp} (works once, for 24 hours)`] as [string, string]] : []),
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const lines = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)
  process.stdout.write(`\nLatchkey is ready.\n\n${lines.join('\n')}\n\n`)
}

/**
 * Resolves with the first signal. Further ones are ignored for ten seconds: supervisors and shells send it twice, and
 * unfinished work would be cut off. After that they end the process at once.
 */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | null = null
    const onSignal = () => {
      if (askedAt !== null && performance.now() - askedAt > insistence) process.exit(exitCodes.failed)
      askedAt ??= performance.now()
      resolve()
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal)
  })
}

const insistence = 10_000
