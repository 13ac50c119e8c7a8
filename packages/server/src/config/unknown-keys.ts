import type { Fault } from './config-error.ts'
import { editDistance } from './edit-distance.ts'
import { optionNames, settings } from './settings.ts'

/** Every environment variable that is ours, with the file variants of secrets. */
export const environmentNames: readonly string[] = [
  'LATCHKEY_CONFIG',
  ...Object.values(settings).flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env])),
]

/** A fault for each key of the options or of the file that is no setting. Values are not shown: they may be secrets. */
export const findUnknownOptions = (keys: readonly string[], spell: (key: string) => string): Fault[] =>
  keys.filter((key) => !Object.hasOwn(settings, key)).map((key) => unknown(spell(key), suggestOption(key)))

/**
 * Returns a fault for each environment variable that is meant for us and unknown: `LATCHKEY_…`, and near misses of our
 * longer names such as `ACCES_TOKEN_TTL`.
 *
 * A near miss of a name that is set as well is somebody else's (`DATABASE_URL` beside `DATABASE_URL_2`).
 */
export const findUnknownVariables = (env: Readonly<Record<string, string | undefined>>): Fault[] =>
  Object.keys(env)
    .filter((name) => !environmentNames.includes(name))
    .flatMap((name) => {
      const meant = closest(name.toUpperCase(), environmentNames)
      if (name.toUpperCase().startsWith('LATCHKEY_')) return [unknown(name, meant)]
      return meant && meant.length >= 10 && !env[meant] ? [unknown(name, meant)] : []
    })

const unknown = (key: string, meant: string | undefined): Fault => ({
  key,
  given: 'a setting that does not exist',
  expected: meant ? `did you mean ${meant}?` : 'a setting from docs/reference/configuration.md',
})

function suggestOption(key: string): string | undefined {
  const byVariable = optionNames.find((name) => settings[name].env === key.toUpperCase())
  const inLowerCase = optionNames.find((name) => name.toLowerCase() === key.toLowerCase())
  return byVariable ?? inLowerCase ?? closest(key, optionNames)
}

function closest<Name extends string>(word: string, names: readonly Name[]): Name | undefined {
  const ranked = names
    .filter((name) => Math.abs(name.length - word.length) <= 2)
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(({ distance }) => distance <= 2)
    .toSorted((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}
