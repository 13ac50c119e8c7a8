import { type Milliseconds, minutes, seconds } from '@latchkey/contract'

/** Mappings of one service account; several of them are how certificates are changed over. */
export const mostMappings = 100

/** Names of one certificate that are looked up: beyond it nobody can say who it is. */
export const mostNames = 50

/** Bits of an RSA key (NIST SP 800-57 Part 1, table 2: 112 bits of strength). */
export const leastRsaBits = 2048

/** `last_used_at` is written at most this often. */
export const useInterval: Milliseconds = minutes(1)

/** What is listed of the certificates that came with a mapping, the last used first. */
export const listedCertificates = 10

/** How often the files are looked at. Their state is asked for, and they are read where it has changed. */
export const fileInterval: Milliseconds = seconds(5)
