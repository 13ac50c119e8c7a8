/** A password hash whose text was understood and whose cost is within our bounds. */
export interface StoredHash {
  /** Computes the hash again and compares in constant time. Heavy: only to be called in the hash pool. */
  matches(password: string): Promise<boolean>
}

// The largest memory that one hash may take: 1 GiB is eight times what the costliest presets in use ask for.
export const mostMemory = 2 ** 30

// A short hash is matched by chance (8 bits: one guess in 256), a long one only costs time.
const fewestHashBytes = 16
const mostHashBytes = 128

export const isHashLength = (length: number): boolean => length >= fewestHashBytes && length <= mostHashBytes
