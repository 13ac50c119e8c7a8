import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

let commonPasswords: ReadonlySet<string> | null = null

// Shorter ones cannot be the core of a password of eight characters that is easy to guess.
const fewestCharacters = 5

/**
 * True if a password, in lower case, is one of the 47,000 most common ones.
 *
 * The list is read when it is first needed (15 ms, 3 MB). Importing the package instead would keep 8 MB, with diceware
 * words and keyboard layouts that are not needed here.
 */
export function isCommonPassword(folded: string): boolean {
  commonPasswords ??= readCommonPasswords()
  return commonPasswords.has(folded)
}

function readCommonPasswords(): ReadonlySet<string> {
  const path = createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common/src/passwords.json')
  const list = JSON.parse(readFileSync(path, 'utf8')) as string[] // safe: a test reads the file that is shipped
  return new Set(list.filter((password) => password.length >= fewestCharacters))
}
