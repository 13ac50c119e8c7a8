import { domainToASCII } from 'node:url'
import { minutes, seconds, type Milliseconds } from '@latchkey/contract'
import { parseEmailAddress, toAsciiAddress } from './address.ts'
import { DeliveryError } from './delivery-error.ts'
import type { RenderedMail } from './template.ts'

/** Takes mails on their way. The outbox calls it, and tries again when that can help. */
export interface MailTransport {
  /**
   * Resolves when a mail server has taken the mail over. `id` is the same for every try of one mail: its Message-ID
   * comes from it, so that mailboxes fold a copy that was sent twice.
   *
   * @throws {MailError} otherwise; `permanent` tells whether another try can help
   */
  send(mail: RenderedMail, id: string): Promise<void>
  /** Mails on their way are finished; no new ones are taken. */
  close(): void
}

/** A mail was not sent. Neither message nor cause hold its text or the password of the mail server. */
export class MailError extends DeliveryError {
  override readonly name = 'MailError'
}

export interface SmtpTimes {
  /** Limit to connect, to be greeted, and to get each answer. */
  answer: Milliseconds
  /** Limit for one mail from beginning to end: a server that dribbles its answers must not hold up the outbox. */
  mail: Milliseconds
}

const defaultTimes: SmtpTimes = { answer: seconds(15), mail: minutes(1) }

/**
 * Sends through a mail server.
 *
 * `smtps://` speaks TLS from the start. `smtp://` insists on STARTTLS and a valid certificate, except towards this
 * machine itself and with `?starttls=optional`: reset links must not cross a network in the clear.
 *
 * @param from the sender, `no-reply@example.com` or `Example <no-reply@example.com>`
 */
export function smtpTransport(url: string, from: string, times: SmtpTimes = defaultTimes): MailTransport {
  const sender = splitMailbox(from)
  const options = poolOptions(new URL(url), times)
  let pool: ReturnType<typeof openPool> | null = null
  let closed = false

  async function send(mail: RenderedMail, id: string): Promise<void> {
    const recipient = parseRecipient(mail.to)
    if (closed) throw new MailError('The mail transport is closed.', { permanent: false })
    pool ??= openPool(options)
    try {
      const message = {
        ...toMessage(mail, sender, recipient),
        messageId: messageIdOf(id, sender),
        signal: AbortSignal.timeout(times.mail),
      }
      await (await pool).sendMail(message)
    } catch (error) {
      throw toMailError(error)
    }
  }

  function close(): void {
    closed = true
    pool?.then((transporter) => transporter.close()).catch(() => {})
  }

  return { send, close }
}

const toMessage = ({ subject, text, html }: RenderedMail, sender: Mailbox, recipient: string) => ({
  from: sender,
  to: { name: '', address: recipient },
  // Given apart, so that no header is ever read as a list of recipients.
  envelope: { from: sender.address, to: [recipient] },
  subject,
  text,
  html,
  // RFC 3834 §5: no out-of-office answers, please.
  headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
})

/** RFC 5322 §3.6.4: unique, at a domain of ours. */
const messageIdOf = (id: string, { address }: Mailbox): string =>
  `<${id}@${domainToASCII(address.slice(address.lastIndexOf('@') + 1))}>`

// Loaded with the first mail: 28 MB that a server without mail does not need.
async function openPool(options: ReturnType<typeof poolOptions>) {
  const { createTransport } = await import('nodemailer')
  return createTransport(options)
}

const poolOptions = (url: URL, { answer }: SmtpTimes) => ({
  ...serverOptions(url),
  pool: true as const,
  // As many as the outbox sends at once: no mail waits in the pool behind one that hangs.
  maxConnections: 3,
  // The outbox retries and records the outcome; the pool would do so silently.
  maxRequeues: 0,
  connectionTimeout: answer,
  greetingTimeout: answer,
  socketTimeout: answer,
  dnsTimeout: answer,
  disableFileAccess: true,
  disableUrlAccess: true,
  logger: false,
})

function serverOptions(url: URL) {
  const isOptional = url.searchParams.get('starttls') === 'optional'
  const secure = url.protocol === 'smtps:'
  const host = url.hostname.replaceAll(/^\[|\]$/g, '')
  const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
  return {
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    ...(auth.user && { auth }),
    ...(!secure && encryption(isLoopback(host), isOptional)),
  }
}

function encryption(isLoopback: boolean, isOptional: boolean) {
  if (isLoopback) return { ignoreTLS: true }
  // TLS with an invalid certificate is still better than plain text, which was permitted.
  if (isOptional) return { opportunisticTLS: true, tls: { rejectUnauthorized: false } }
  return { requireTLS: true, tls: { minVersion: 'TLSv1.2' as const } }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host)

interface Mailbox {
  name: string
  address: string
}

function splitMailbox(from: string): Mailbox {
  const [, name, address] = /^(.*?) ?<([^<>]+)>$/.exec(from) ?? []
  return address === undefined ? { name: '', address: from } : { name: name ?? '', address }
}

function parseRecipient(to: string): string {
  const address = parseEmailAddress(to)
  if (address === null) throw new MailError('The address of a mail is not valid.', { permanent: true })
  return toAsciiAddress(address)
}

function toMailError(error: unknown): MailError {
  const { code, command, responseCode } = describe(error)
  const what = [code, command, responseCode].filter((part) => part !== undefined).join(', ')
  return new MailError(`The mail was not sent (${what || 'unknown fault'}).`, {
    permanent: isAboutThisMail(command) && responseCode !== undefined && responseCode >= 500,
    cause: error,
  })
}

// A refusal before the recipient is named (greeting, TLS, log-in, sender) is about us: the operator can mend it.
const isAboutThisMail = (command: string | undefined): boolean => command === 'RCPT TO' || command === 'DATA'

function describe(error: unknown): { code?: string; command?: string; responseCode?: number } {
  if (typeof error !== 'object' || error === null) return {}
  const { code, command, responseCode } = error as Record<string, unknown>
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof command === 'string' && { command }),
    ...(typeof responseCode === 'number' && { responseCode }),
  }
}
