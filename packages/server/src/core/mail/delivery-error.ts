/** A mail or message was not sent. Neither message nor cause hold its text or a password. */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError'
  /** True if retrying cannot help: this recipient or this text is refused permanently. */
  readonly permanent: boolean

  constructor(message: string, { permanent, cause }: { permanent: boolean; cause?: unknown }) {
    super(message, { cause })
    this.permanent = permanent
  }
}

/** True if it can never be delivered. Any other failure may be temporary. */
export const isPermanent = (error: unknown): boolean => error instanceof DeliveryError && error.permanent
