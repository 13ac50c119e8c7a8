/** RFC 8176: what is in the link is good for one use. */
export const amr: readonly string[] = ['otp']
