/**
 * RFC 8176 has no word for codes from a sheet of paper; each is a password that works once.
 */
export const amr: readonly string[] = ['otp']

/** As many as fit on a slip, and as most services give. */
export const count = 10

/** From how many on the mail says that new ones should be made. */
export const few = 3
