import { isCommonPassword } from './common-passwords.ts'

/** Counted in Unicode code points, after NFC. */
export const fewestCharacters = 8
export const mostCharacters = 1024

/** The policy's verdict on a new password. */
export type PasswordDecision =
  | 'ok'
  | 'too_short'
  | 'too_long'
  | 'forbidden_character'
  | 'too_common'
  | 'too_personal'

/** Facts about the person that a guesser knows. */
export interface PasswordContext {
  email?: string
  name?: string | null
  /** The name of the product. */
  appName?: string
}

/**
 * Decides on a new password: 8 to 1024 characters of any kind, not common, not made from known facts about the person
 * (ASVS V6.2.1, V6.2.4, V6.2.9, V6.2.11). There are no composition rules (V6.2.5): they make passwords more alike.
 */
export function decidePassword(password: string, context: PasswordContext = {}): PasswordDecision {
  if (isPasswordTooLong(password)) return 'too_long'
  // Half a surrogate pair has no UTF-8: two such passwords would have the same hash.
  if (!password.isWellFormed() || /\p{Cc}/u.test(password)) return 'forbidden_character'
  const spelling = password.normalize('NFC')
  if (countCharacters(spelling) < fewestCharacters) return 'too_short'
  const folded = fold(spelling)
  if (isCommon(folded) || isPattern(folded)) return 'too_common'
  return isPersonal(folded, contextWords(context)) ? 'too_personal' : 'ok'
}

/** True if a password is over the limit; checked before any work is done on it. */
export const isPasswordTooLong = (password: string): boolean =>
  // A character has at most two UTF-16 units. Normalising first would be work that grows with the input.
  password.length > 2 * mostCharacters || countCharacters(password) > mostCharacters

const countCharacters = (text: string): number => Array.from(text).length

// As identifiers are folded, so that a full-width "ｐａｓｓｗｏｒｄ" is found too.
const fold = (text: string): string => text.normalize('NFKC').toLowerCase()

// A common password stays one with a year behind it, an exclamation mark, or a few letters written as digits.
const isCommon = (folded: string): boolean =>
  [folded, core(folded)].some((word) => isCommonPassword(word) || isCommonPassword(withoutLeet(word)))

// More digits and signs than these are something to guess in themselves.
const core = (folded: string): string =>
  folded.replace(/^[^\p{L}]{1,2}(?=\p{L})/u, '').replace(/(?<=\p{L})[^\p{L}]{1,5}$/u, '')

const leet: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

const withoutLeet = (folded: string): string =>
  folded.replaceAll(/[@431!0$57]/g, (sign) => leet[sign] ?? sign)

// One or two different characters, up to four of them over and over, or a row such as 23456789 or zyxwvuts.
const isPattern = (folded: string): boolean =>
  new Set(folded).size <= 2 || [3, 4].some((period) => hasPeriod(folded, period)) || isRow(folded)

const hasPeriod = (text: string, period: number): boolean =>
  text.length > period && text.slice(period) === text.slice(0, -period)

function isRow(folded: string): boolean {
  const codes = Array.from(folded, (character) => character.codePointAt(0) ?? 0)
  const steps = new Set(codes.slice(1).map((code, at) => code - (codes[at] ?? 0)))
  return steps.size === 1 && (steps.has(1) || steps.has(-1))
}

// The remainder, without the words that a guesser tries first, must itself be hard to guess.
function isPersonal(folded: string, words: readonly string[]): boolean {
  const remainder = words.reduce((text, word) => text.replaceAll(word, ''), folded)
  return remainder !== folded && countCharacters(remainder) <= 5
}

function contextWords({ email = '', name, appName = '' }: PasswordContext): string[] {
  const [local = '', domain = ''] = fold(email).split('@')
  const folded = [fold(name ?? ''), fold(appName), 'latchkey', local, domain]
  const services = [
    ...folded.slice(0, -1).flatMap((text) => text.split(/[^\p{L}\p{N}]+/u)),
    ...domain.split('.').slice(0, -1),
  ]
  const joined = folded.map((text) => text.replaceAll(/[^\p{L}\p{N}]+/gu, ''))
  // Longest first, so that "jane" does not leave ".doe" of "jane.doe". Two letters are in too many good passwords.
  return [...new Set([...folded, ...joined, ...services])]
    .filter((word) => countCharacters(word) >= 3)
    .toSorted((a, b) => b.length - a.length)
}
