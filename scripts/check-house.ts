import { join } from 'node:path'
import { commentFaults } from './house/comments.ts'
import { faultsOf } from './house/floors.ts'
import { gateFaults } from './house/gates.ts'
import { importsAmong, listSources } from './house/imports.ts'
import { patternFaults } from './house/patterns.ts'

/*
 * The rules of the house: imports point down, types included; slices do not import each other; no circle of files or
 * folders; what has one place stands there; every pattern is linear; a comment begins with its subject.
 */
const root = join(import.meta.dirname, '..')
const files = listSources(root)
const faults = [
  ...faultsOf(importsAmong(root, files)),
  ...gateFaults(root, files),
  ...patternFaults(root, files),
  ...commentFaults(root, files),
]

for (const fault of faults) console.error(fault)
console.log(faults.length === 0 ? `the house holds: ${files.length} files` : `${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1
