import { type Milliseconds, seconds } from '@latchkey/contract'
import { DeliveryError } from '../mail/delivery-error.ts'
import type { SmsSender } from './sms.ts'

/** Limit for one message from beginning to end: a slow gateway must not hold up the outbox. */
const patience: Milliseconds = seconds(10)
const serviceId = /^MG[0-9a-f]{32}$/

/**
 * Posts messages in the format of Twilio (Messages resource, 2010-04-01) and compatible gateways: a form, with the
 * account and its token as user and password of the address.
 */
export function createHttpSmsSender(address: string, from: string, timeout = patience): SmsSender {
  const url = new URL(address)
  const credentials = [url.username, url.password].map(decodeURIComponent).join(':')
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  url.username = ''
  url.password = ''
  const sender = serviceId.test(from) ? { MessagingServiceSid: from } : { From: from }

  return {
    async send({ to, text }) {
      const answer = await post({ ...sender, To: to, Body: text })
      // The answer may repeat the message.
      await answer.body?.cancel()
      if (!answer.ok) throw refused(answer.status)
    },
  }

  async function post(form: Record<string, string>): Promise<Response> {
    try {
      return await fetch(url, {
        method: 'POST',
        headers: { authorization, accept: 'application/json' },
        body: new URLSearchParams(form),
        // A redirect must not carry the token and the code elsewhere.
        redirect: 'error',
        signal: AbortSignal.timeout(timeout),
      })
    } catch (error) {
      throw new DeliveryError(`The message was not sent (${nameOf(error)}).`, { permanent: false })
    }
  }
}

/** Makes the refusal of a number or text permanent; a wrong token, no money or an outage can be mended. */
const refused = (status: number): DeliveryError =>
  new DeliveryError(`The message was not sent (the gateway answered ${status}).`, {
    permanent: status === 400 || status === 422,
  })

/** Returns the name without the message of the error, which may contain the address. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  const { code } = (error.cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : error.name
}
