import type { Subject } from '../harness/subject.ts'
import { grouped, single } from './floor.ts'

export const subjects: readonly Subject[] = [single, grouped]

export function subjectNamed(name: string): Subject {
  const found = subjects.find((subject) => subject.name === name)
  if (found === undefined)
    throw new TypeError(`no subject ${name}; there are ${subjects.map((one) => one.name).join(', ')}`)
  return found
}
