import { expect, test } from 'vitest'
import { en, type MessageKey } from './en.ts'
import { catalogue, chooseLanguage, languageNames, languages } from './languages.ts'

const keys = Object.keys(en) as MessageKey[]

test.each(languages)('%s has every message, none empty, each with the same places', (language) => {
  const messages = catalogue[language]
  expect(Object.keys(messages).toSorted()).toEqual(keys.toSorted())
  for (const key of keys) {
    expect(messages[key].trim(), key).toBe(messages[key])
    expect(messages[key], key).not.toBe('')
    expect(placesOf(messages[key]), key).toEqual(placesOf(en[key]))
  }
})

test.each(languages.filter((language) => language !== 'en'))('%s is no copy of English', (language) => {
  const same = keys.filter((key) => catalogue[language][key] === en[key])
  // Words that are the same in several languages.
  expect(same.filter((key) => key !== 'field.name' && key !== 'field.code')).toEqual([])
})

test('every language has a name of its own', () => {
  expect(new Set(Object.values(languageNames)).size).toBe(languages.length)
})

test.each([
  [{ uiLocales: 'ja' }, 'ja'],
  [{ uiLocales: 'nl fr-CA de' }, 'fr'],
  [{ uiLocales: 'DE' }, 'de'],
  [{ uiLocales: 'nl', cookie: 'es' }, 'es'],
  [{ uiLocales: 'pt', cookie: 'es', acceptLanguage: 'de' }, 'pt'],
  [{ cookie: 'es', acceptLanguage: 'de' }, 'es'],
  [{ cookie: '"><script>', acceptLanguage: 'de' }, 'de'],
  [{ cookie: '__proto__' }, 'en'],
  [{ acceptLanguage: 'nl, pt-BR;q=0.8, fr;q=0.9' }, 'fr'],
  [{ acceptLanguage: 'fr;q=0, de;q=0.1' }, 'de'],
  [{ acceptLanguage: '*' }, 'en'],
  [{ acceptLanguage: ';;;q=x,,,' }, 'en'],
  [{}, 'en'],
])('ui_locales before the cookie before Accept-Language before English: %j is %s', (wishes, language) => {
  expect(chooseLanguage({ uiLocales: null, cookie: null, acceptLanguage: null, ...wishes })).toBe(language)
})

const placesOf = (message: string): string[] =>
  [...message.matchAll(/\{(\w+)\}/g)].map(([place]) => place).toSorted()
