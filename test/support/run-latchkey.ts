import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, vi } from 'vitest'
import { writeOut } from '../../packages/server/src/core/log/standard-output.ts'
import { processEnvironment } from './process-environment.ts'

const root = join(import.meta.dirname, '../..')
const binary = join(root, 'packages/server/bin/latchkey.js')

/** The result of a run of the command line. */
export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Record<string, string>
  /** The input that is piped in. */
  input?: string
  cwd?: string
}

let turn: Promise<unknown> = Promise.resolve()

/**
 * Runs the real `latchkey` with nothing in its environment but what is given. In this process, one after the other: the
 * start of a process costs more than what most commands do. What serves has one of its own.
 */
export async function runLatchkey(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (words[0] === 'serve') return await runProcess(words, options)
  const run = turn.then(() => runHere(words, options))
  turn = run.catch(() => {})
  return await run
}

async function runHere(
  words: readonly string[],
  { env = {}, input = '', cwd = tmpdir() }: RunOptions,
): Promise<Run> {
  const { main } = await import('../../packages/server/src/cli/main.ts')
  const usual = { env: process.env, cwd: process.cwd(), stdin: process.stdin }
  // Output of a server in this process from before is not the command's.
  writeOut()
  const [out, err] = [captured(process.stdout), captured(process.stderr)]
  const setStdin = (value: Readable) => Object.defineProperty(process, 'stdin', { value, configurable: true })
  process.env = { ...processEnvironment, ...env }
  process.chdir(cwd)
  setStdin(Readable.from(input === '' ? [] : [Buffer.from(input)], { objectMode: false }))
  try {
    const code = await main([...words])
    writeOut()
    return { code, stdout: out.text(), stderr: err.text() }
  } finally {
    out.release()
    err.release()
    process.env = usual.env
    process.chdir(usual.cwd)
    setStdin(usual.stdin)
  }
}

function captured(stream: NodeJS.WriteStream): { text: () => string; release: () => void } {
  let text = ''
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  return { text: () => text, release: () => spy.mockRestore() }
}

/** The same in a process of its own. */
function runProcess(words: readonly string[], { env = {}, input = '', cwd }: RunOptions = {}): Promise<Run> {
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

/** Returns the output printed with `--json`; throws if there were complaints. */
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
