import { globSync } from 'node:fs'
import { dirname } from 'node:path'

/** The tests beside a source; else those of its folder, or of the next one above that has any. */
export function nearestTests(file: string): string[] {
  const beside = globSync(file.replace(/\.tsx?$/, '.test.{ts,tsx}'))
  if (beside.length > 0) return beside
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    const tests = globSync(`${folder}/*.test.{ts,tsx}`)
    if (tests.length > 0) return tests.sort()
  }
  return []
}
