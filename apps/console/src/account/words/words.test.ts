import { describe, expect, test } from 'vitest'
import { type Language, languages } from '../../base/locale/languages.ts'
import { loadWords } from './load-words.ts'

const marks = ['⟨first⟩', '⟨second⟩']

/** Every sentence by its key; those with values are given marks to put in. */
function sentencesOf(part: object, before = ''): Map<string, string> {
  const sentences = new Map<string, string>()
  for (const [key, value] of Object.entries(part) as [string, unknown][]) {
    const name = before + key
    if (typeof value === 'string') sentences.set(name, value)
    else if (typeof value === 'function') sentences.set(name, String(value(...marks)))
    else for (const [inner, text] of sentencesOf(value as object, `${name}/`)) sentences.set(inner, text)
  }
  return sentences
}

const placesIn = (text: string) => marks.filter((mark) => text.includes(mark))

describe.each(Object.keys(languages) as Language[])('%s', (language) => {
  test('says all that English says, with the same values in it, and leaves nothing empty', async () => {
    const english = sentencesOf(await loadWords('en'))
    const sentences = sentencesOf(await loadWords(language))
    expect([...sentences.keys()]).toEqual([...english.keys()])
    for (const [name, text] of sentences) {
      expect(text.trim(), name).not.toBe('')
      expect(text.trim(), name).toBe(text)
      expect(placesIn(text), name).toEqual(placesIn(english.get(name)!))
    }
  })

  test('is a language of its own', async () => {
    if (language === 'en') return
    const english = sentencesOf(await loadWords('en'))
    const sentences = sentencesOf(await loadWords(language))
    const same = [...sentences].filter(([name, text]) => text === english.get(name))
    expect(same.length).toBeLessThan(5)
  })
})
