import type { Ports } from '../../core/ports/ports.ts'

/** Crockford's: no letter that is read as another, and none that makes words. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 10
const isCode = new RegExp(`^[${alphabet}]{${length}}$`)

/**
 * Ten characters of five bits: 50 bits. With the limits on guesses (ten an hour for an account) ten codes are guessed
 * after some ten thousand million years; twice as many characters would be typed wrong more often than they would help.
 */
export function makeCode(ports: Pick<Ports, 'randomBytes'>): string {
  // A byte holds eight times the alphabet: no character comes more often than another.
  const characters = Array.from(ports.randomBytes(length), (byte) => alphabet[byte & 31])
  return `${characters.slice(0, length / 2).join('')}-${characters.slice(length / 2).join('')}`
}

/** As it was typed from paper: any case, with or without hyphen, o for 0 and l or i for 1. Null for what is no code. */
export function readCode(text: string): string | null {
  const typed = text.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '')
  const code = typed.replaceAll('o', '0').replaceAll(/[il]/g, '1')
  return isCode.test(code) ? code : null
}
