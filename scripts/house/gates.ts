import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withoutComments } from './imports.ts'

/** A pattern that is written in one place only. `most` counts the files outside of it; it only sinks, and ends at 0. */
interface Gate {
  rule: string
  pattern: RegExp
  folders: readonly string[]
  only: readonly string[]
  most: number
}

const server = 'packages/server/src/'

const gates: readonly Gate[] = [
  {
    rule: 'cookies are written in one file',
    pattern: /__Host-|\bHttpOnly;|\bSameSite=|\bMax-Age=|from 'cookie'|cookies\.(?:get|has)\(/,
    folders: [server],
    only: ['core/request/cookie.ts'],
    most: 0,
  },
  {
    rule: 'the pipeline alone makes a caller',
    // Nor does anybody else run a route's handler, which trusts that its caller was proven.
    pattern: /\bcaller: (?:null|\{ claims)|\bhandle \} = |\b[rR]oute\.handle\(/,
    folders: [server],
    only: ['http/handler.ts', 'http/steps/authenticate.ts', 'http/call-route.ts'],
    most: 0,
  },
  {
    rule: 'the pipeline alone reads credentials of callers',
    pattern: /\baccessTokens\.verify\(|\bcookieSessions\.authenticate\(/,
    folders: [server],
    // A log-out takes what no caller is made of any more; the guards are the application's own pipeline.
    only: ['http/steps/authenticate.ts', 'sessions/log-out.ts', 'http/guards.ts'],
    most: 0,
  },
  {
    rule: 'secrets are compared in one file',
    pattern: /\btimingSafeEqual\(|\bBuffer\.compare\(/,
    folders: [server],
    only: ['core/bytes.ts'],
    most: 0,
  },
  {
    rule: 'services are taken as a Pick',
    pattern: /: (?:Services|MethodServices)\b(?!\[)/,
    folders: [server],
    only: [
      // Composing modules take all, as they hand each its own.
      'services/',
      'http/http.ts',
      'latchkey.ts',
      'cli/with-services.ts',
      // A method of an application's own takes of all what it needs.
      'methods/method.ts',
    ],
    most: 0,
  },
  {
    rule: 'the wiring hides no circle',
    pattern: /\(\) => emailProof\b|\bmethods\.push\(/,
    folders: [server],
    only: [],
    most: 0,
  },
  {
    rule: 'the words of the field',
    pattern:
      /\b(?:Vault|Keeper|Lease|Visit|Parts|gather|wish(?:ed\w*)?|obey|begun\w*|deadWay|last-way|waysToStepUp|(?:bury|postpone)Outbox|fenceSessions)\b/,
    folders: ['packages/', 'apps/'],
    only: [],
    most: 0,
  },
]

/** Lists the faults of each gate: more places than allowed, or a `most` that can be lowered. */
export function gateFaults(root: string, files: readonly string[]): string[] {
  const textOf = (file: string) => withoutComments(readFileSync(join(root, file), 'utf8'))
  return gates.flatMap(({ rule, pattern, folders, only, most }) => {
    const places = files
      .filter((file) => folders.some((folder) => file.startsWith(folder)))
      .filter((file) => !only.some((place) => file.includes(`/src/${place}`)))
      .filter((file) => pattern.test(textOf(file)))
    if (places.length > most)
      return [`${rule}: ${places.length} files, at most ${most}\n  ${places.join('\n  ')}`]
    return places.length < most ? [`${rule}: lower "most" from ${most} to ${places.length}`] : []
  })
}
