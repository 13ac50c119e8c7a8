import { globSync } from 'node:fs'
import { errorCatalogue } from '@latchkey/contract'
import { expect, test } from 'vitest'
import type { Wording } from '../page-kit/words/define-words.ts'
import { en } from '../page-kit/words/en.ts'
import { languages } from '../page-kit/words/languages.ts'

const folders = globSync('*/words.ts', { cwd: import.meta.dirname })
  .map((file) => file.replace('/words.ts', ''))
  .toSorted()

test('every method that people see has its words', () => {
  expect(folders).toEqual([
    'email-code',
    'federation',
    'magic-link',
    'passkey',
    'password',
    'recovery-codes',
    'sms-code',
    'totp',
  ])
})

test.each(folders)('%s says everything in every language, with the same places', async (folder) => {
  const { words, refusals } = (await import(`./${folder}/words.ts`)) as Record<
    string,
    Record<string, Wording>
  >
  for (const [key, say] of Object.entries({ ...words, ...refusals })) {
    const english = say({ language: 'en' })
    for (const language of languages) {
      const sentence = say({ language })
      expect(sentence, `${key} ${language}`).toBe(sentence.trim())
      expect(sentence, `${key} ${language}`).not.toBe('')
      expect(placesOf(sentence), `${key} ${language}`).toEqual(placesOf(english))
      if (language !== 'en') expect(sentence, `${key} ${language} is no copy of English`).not.toBe(english)
    }
  }
})

const placesOf = (sentence: string): string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map(([place]) => place).toSorted()

test('a refusal has one sentence: of the slice whose code it is, or of all', async () => {
  const modules = await Promise.all(folders.map((folder) => import(`./${folder}/words.ts`)))
  const own = modules.flatMap(({ refusals = {} }: { refusals?: object }) => Object.keys(refusals))
  expect(own).toContain('passkey_invalid')
  expect(new Set(own).size).toBe(own.length)
  expect(own.filter((code) => `error.${code}` in en)).toEqual([])
  expect(own.filter((code) => !(code in errorCatalogue))).toEqual([])
})
