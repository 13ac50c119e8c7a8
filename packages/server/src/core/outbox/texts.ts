import { hours, type Instant } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import { AuthError } from '../auth-error.ts'
import type { Limit, Limits } from '../limits/limits.ts'
import { DeliveryError } from '../mail/delivery-error.ts'
import type { Outbox } from './outbox.ts'
import { oneLine } from '../mail/tame.ts'
import { isServed, rangeOf } from '../sms/calling-range.ts'
import type { Sms, SmsSender } from '../sms/sms.ts'

/** The messages that are sent, by the outbox as mails are. */
export interface Texts {
  /** True if a transport for them is configured. */
  isOffered: boolean
  /** Counts a message to a number. Throws AuthError `rate_limited`, `unavailable`. */
  admit(number: string): Promise<void>
  /** The same for a number that nobody has verified yet. Throws `phone_not_supported` as well. */
  admitNew(number: string): Promise<void>
  sendCode(tx: Queryable, message: { to: string; code: string; validUntil: Instant }): Promise<void>
  /** True if the last message was delivered. */
  isDelivering(): boolean
}

export interface TextsOptions {
  limits: Limits
  outbox: Outbox
  /** Null if no gateway is configured. */
  sender: SmsSender | null
  appName: string
  publicUrl: string
  prefixes: readonly string[]
  newNumbersPerDay: number
}

const perNumber: Limit = { name: 'sms-per-number', most: 5, window: hours(1) }
const perNumberAndDay: Limit = { name: 'sms-per-number-and-day', most: 10, window: hours(24) }
const newPerRange: Limit = { name: 'sms-new-per-range', most: 10, window: hours(1) }

const topic = 'sms'

export function createTexts(options: TextsOptions): Texts {
  const { limits, outbox, sender, appName, publicUrl, prefixes, newNumbersPerDay } = options
  const newPerDay: Limit = {
    name: 'sms-new-per-day',
    most: newNumbersPerDay,
    window: hours(24),
    isExact: true,
  }
  const { host } = new URL(publicUrl)
  outbox.registerSender(topic, (payload) => send(payload as unknown as Sms))

  return {
    isOffered: sender !== null,
    admit,
    admitNew,
    sendCode,
    isDelivering: () => outbox.isDelivering(topic),
  }

  async function admit(number: string): Promise<void> {
    if (!sender) throw new AuthError('unavailable', { log: { reason: 'no SMS gateway is configured' } })
    await limits.take(perNumber, number)
    await limits.take(perNumberAndDay, number)
  }

  async function admitNew(number: string): Promise<void> {
    if (!isServed(number, prefixes)) throw new AuthError('phone_not_supported')
    await admit(number)
    await limits.take(newPerRange, rangeOf(number))
    await limits.take(newPerDay, 'all')
  }

  async function sendCode(
    tx: Queryable,
    { to, code, validUntil }: { to: string; code: string; validUntil: Instant },
  ): Promise<void> {
    const sms: Sms = { to, text: textOf(code) }
    // A late message is useless to everybody, and every message costs money.
    await outbox.enqueue(tx, topic, { ...sms }, validUntil)
  }

  /** The last line binds the code to this site: a browser fills it in nowhere else (WICG, origin-bound one-time codes). */
  function textOf(code: string): string {
    return `${code} is your code for ${oneLine(appName)}. Never tell it to anyone.\n\n@${host} #${code}`
  }

  async function send(sms: Sms): Promise<void> {
    if (!sender) throw new DeliveryError('No SMS gateway is configured (SMS_URL).', { permanent: false })
    await sender.send(sms)
  }
}
