import type { Ports } from '../../core/ports/ports.ts'

/** Crockford's alphabet: no letters that are mistaken for others or make words. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 10
const isCode = new RegExp(`^[${alphabet}]{${length}}$`)

/**
 * Makes a code of ten characters of five bits: 50 bits. With the limits on guesses (ten an hour for an account) ten
 * codes are guessed after some ten thousand million years. Twice as many characters would cause more typing errors than
 * they would help.
 */
export function makeCode(ports: Pick<Ports, 'randomBytes'>): string {
  // A byte holds eight times the alphabet: no character comes more often than another.
  const characters = Array.from(ports.randomBytes(length), (byte) => alphabet[byte & 31])
  return `${characters.slice(0, length / 2).join('')}-${characters.slice(length / 2).join('')}`
}

/**
 * Reads a code as typed from paper: any case, with or without hyphen, o for 0 and l or i for 1. Null if it is not a
 * code.
 */
export function readCode(text: string): string | null {
  const typed = text.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '')
  const code = typed.replaceAll('o', '0').replaceAll(/[il]/g, '1')
  return isCode.test(code) ? code : null
}
