/**
 * RFC 8176 has no word for codes from a sheet of paper; each is a password that works once.
 */
export const amr: readonly string[] = ['otp']

/** As many as fit on a slip, and as most services give. */
export const count = 10

/** Number of remaining codes at which the mail advises to make new ones. */
export const few = 3
