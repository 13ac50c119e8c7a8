/** A mail or message was not sent. Neither message nor cause hold its text or a password. */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError'
  /** Whether no other try can help: this recipient or this text is refused for good. */
  readonly permanent: boolean

  constructor(message: string, { permanent, cause }: { permanent: boolean; cause?: unknown }) {
    super(message, { cause })
    this.permanent = permanent
  }
}

/** Whether it can never be delivered. Anything else may pass. */
export const isPermanent = (error: unknown): boolean => error instanceof DeliveryError && error.permanent
