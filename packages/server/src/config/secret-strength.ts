/** Weaknesses of a secret that looks long enough. */
export type SecretWeakness = 'placeholder' | 'predictable'

/**
 * Finds out if a secret of 32 or more characters is a placeholder from somebody's example or an easy pattern. Null if
 * it looks random.
 */
export function findSecretWeakness(secret: string): SecretWeakness | null {
  if (placeholder.test(secret)) return 'placeholder'
  return estimateBits(secret) < leastBits ? 'predictable' : null
}

// Only words of six letters and more: a random secret of 44 base64 characters holds one of these by chance less
// than once in a million.
const placeholder =
  /change.?(me|this)|placeholder|example|insecure|(your|this|super|test|default|my|dev|top).{0,2}secret|your.{0,2}key|secret.{0,2}key|password|latchkey|development|default|qwerty|asdfgh|zxcvbn/i

// 128 random bits as 32 hexadecimal digits are estimated at 94 on average, and at 46 in the worst of a million.
const leastBits = 30

/** A cautious estimate: surprising characters, times the entropy of the distribution of all of them. */
function estimateBits(secret: string): number {
  let surprises = 0
  for (let at = 0; at < secret.length; at++) if (isSurprising(secret, at)) surprises++
  return surprises * entropyPerCharacter(secret)
}

// True unless the character is a repetition (aaaa), counting (abcd, 4321), or the end of three that occurred before.
function isSurprising(secret: string, at: number): boolean {
  const step = secret.charCodeAt(at) - secret.charCodeAt(at - 1)
  const seen = at >= 2 && secret.slice(0, at).includes(secret.slice(at - 2, at + 1))
  return !seen && !(Math.abs(step) <= 1)
}

// Shannon's entropy of the characters as they are distributed here, in bits.
function entropyPerCharacter(secret: string): number {
  const counts = new Map<string, number>()
  for (const character of secret) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce(
    (bits, count) => bits - (count / secret.length) * Math.log2(count / secret.length),
    0,
  )
}
