import { expect, test } from 'vitest'
import { languageOf } from './languages.ts'

test('a language is found by the first part of its tag', () => {
  expect(languageOf('pt-BR')).toBe('pt')
  expect(languageOf('DE_at')).toBe('de')
  expect(languageOf('constructor')).toBeNull()
  expect(languageOf('tlh')).toBeNull()
  expect(languageOf(null)).toBeNull()
})
