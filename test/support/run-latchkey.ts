import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { processEnvironment } from './process-environment.ts'

const root = join(import.meta.dirname, '../..')
const binary = join(root, 'packages/server/bin/latchkey.js')

/** What a run of the command line left. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Record<string, string>
  /** What is piped in. */
  input?: string
  cwd?: string
}

/** Runs the real `latchkey` in a process of its own, with nothing in its environment but what is given. */
export function runLatchkey(
  words: readonly string[],
  { env = {}, input = '', cwd }: RunOptions = {},
): Promise<Run> {
  const child = spawn(process.execPath, ['--conditions=development', binary, ...words], {
    env: { ...processEnvironment, ...env },
    cwd: cwd ?? tmpdir(),
  })
  child.stdin.on('error', () => {}) // it may not read
  child.stdin.end(input)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Folder extends RunOptions {
  env: { LATCHKEY_DATA: string }
}

/** An environment whose data folder is not there yet. */
export const inFolder = (): Folder => ({ env: { LATCHKEY_DATA: join(temporaryFolder(), 'data') } })

export async function migrated(): Promise<Folder> {
  const folder = inFolder()
  expect(await runLatchkey(['migrate'], folder)).toMatchObject({ code: 0 })
  return folder
}

/** What was printed with `--json`, when nothing was complained of. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each test knows what it asked for
export function parsed<Shape = unknown>({ stdout, stderr }: Run): Shape {
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Shape
}

/** Something for a person to read: no stack, nothing of the program's insides. */
export function expectSentence({ stderr }: Run): void {
  expect(stderr.trim()).not.toBe('')
  expect(stderr).not.toMatch(/^\s+at |node:internal|\.ts:\d|unexpected went wrong|\[object/m)
}
