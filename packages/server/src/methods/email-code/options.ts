/** RFC 8176. It tells a code from a password, and nothing of how strong it is: by mail it never counts towards aal2. */
export const amr: readonly string[] = ['otp']
