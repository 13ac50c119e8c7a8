/** A message to one phone. Its text holds a code: it is for the gateway and for the inbox of development. */
export interface Sms {
  /** E.164. */
  to: string
  text: string
}

/** Takes messages on their way. The outbox calls it, and tries again when that can help. */
export interface SmsSender {
  /**
   * Resolves when a gateway has taken the message over; gives up by itself after some seconds.
   *
   * @throws {DeliveryError} otherwise; `permanent` tells whether another try can help
   */
  send(sms: Sms): Promise<void>
}
