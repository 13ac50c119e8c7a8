import type { factorRoutes } from '@latchkey/contract'

export type TotpOptions = factorRoutes.TotpOptions

/** RFC 8176. */
export const amr: readonly string[] = ['otp']

/** 160 bits, the length of the hash, as RFC 4226 §4 (R6) recommends. */
export const seedBytes = 20
