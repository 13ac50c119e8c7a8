import type { Subject } from '../harness/subject.ts'
import { betterAuth, betterAuthProvider } from './better-auth.ts'
import { doItYourself } from './do-it-yourself.ts'
import { grouped, single } from './floor.ts'
import { guardedSubjects } from './guarded.ts'
import { latchkey } from './latchkey.ts'
import { oidcProvider } from './oidc-provider.ts'

export const subjects: readonly Subject[] = [
  single,
  grouped,
  latchkey,
  doItYourself,
  oidcProvider,
  betterAuth,
  betterAuthProvider,
]

export function subjectNamed(name: string): Subject {
  const all = [...subjects, ...guardedSubjects]
  const found = all.find((subject) => subject.name === name)
  if (found !== undefined) return found
  throw new TypeError(`no subject ${name}; there are ${all.map((subject) => subject.name).join(', ')}`)
}
