import { type Milliseconds, minutes, seconds } from '@latchkey/contract'

/** Mappings of one service account; several of them are how certificates are changed over. */
export const mostMappings = 100

/** Limit on the names of one certificate that are looked up: a certificate with more is refused. */
export const mostNames = 50

/** Bits of an RSA key (NIST SP 800-57 Part 1, table 2: 112 bits of strength). */
export const leastRsaBits = 2048

/** `last_used_at` is written at most this often. */
export const useInterval: Milliseconds = minutes(1)

/** Number of certificates listed for a mapping, the last used first. */
export const listedCertificates = 10

/** Interval at which the files are checked. Only their state is read, and the contents if it has changed. */
export const fileInterval: Milliseconds = seconds(5)
