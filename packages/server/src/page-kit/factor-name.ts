import { en, type MessageKey, type Messages } from './words/en.ts'

/** How people call a factor; one of an application's own is named as its method names it. */
export function factorName(name: string, words: Messages): string {
  const key = `factor.${name}`
  return isMessageKey(key) ? words[key] : name
}

const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(en, key)
