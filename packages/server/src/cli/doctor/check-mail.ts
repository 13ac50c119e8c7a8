import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Config } from '../../config/config.ts'
import { fail, type Finding, ok, warn } from './check.ts'

const patience = 5000

/** Checks that a mail server is set and greets. Sends nothing. */
export async function checkMail({ smtpUrl, nodeEnv }: Config): Promise<Finding> {
  if (smtpUrl === null && nodeEnv !== 'production')
    return ok('mail server', 'None: mails land in the inbox at /dev/mail.')
  if (smtpUrl === null) {
    return warn('mail server', 'None: links and codes wait in the outbox and reach nobody.', 'Set SMTP_URL.')
  }
  const { hostname, port, protocol } = new URL(smtpUrl)
  const isTls = protocol === 'smtps:'
  const at = { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) || (isTls ? 465 : 587) }
  const fault = await findFault(isTls ? connectTls({ ...at, servername: at.host }) : connectPlain(at))
  const place = `${at.host}:${at.port}`
  if (fault === null) return ok('mail server', `${place} greets.`)
  return fail(
    'mail server',
    `${place} cannot be used: ${fault}.`,
    'Check SMTP_URL, the firewall and the mail server.',
  )
}

/** RFC 5321 §3.1: the server speaks first, with 220. Null when it does. */
function findFault(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = (fault: string | null) => {
      socket.destroy()
      resolve(fault)
    }
    socket.setTimeout(patience, () => settle('no answer within 5 s'))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
    socket.once('end', () => settle('it hangs up'))
    socket.once('data', (greeting) => {
      settle(greeting.toString('latin1').startsWith('220') ? null : 'what answers there is no mail server')
    })
  })
}
