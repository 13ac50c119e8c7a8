import { execFile } from 'node:child_process'
import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { figure } from '../harness/format.ts'
import type { Findings } from '../harness/result.ts'
import type { Scope } from '../harness/scope.ts'

interface Size {
  readonly name: string
  readonly packages: number
  readonly megabytes: number
}

const run = promisify(execFile)

/** The packages that a project needs beside its own code to serve sign-in on PostgreSQL. */
const peers: Readonly<Record<string, readonly string[]>> = {
  'do-it-yourself': [
    'express@5.3.0',
    'jsonwebtoken@9.0.3',
    'bcrypt@6.0.0',
    'cookie-parser@1.4.7',
    'pg@8.23.1',
  ],
  'oidc-provider': ['oidc-provider@9.13.3', 'pg@8.23.1'],
  'better-auth': ['better-auth@1.7.7', 'pg@8.23.1'],
}

/** P11: packages and bytes of an installation for production, in an empty folder. */
export async function measureInstallSize({ quick, only }: Scope): Promise<Findings> {
  const latchkey = await withTarballs((tarballs) => install('latchkey', tarballs))
  const sizes = [latchkey]
  for (const [name, packages] of Object.entries(peers)) {
    if (!quick && (only.length === 0 || only.includes(name))) sizes.push(await install(name, packages))
  }
  return {
    title: 'P11: install size',
    tables: [
      {
        title: 'npm install --omit=dev in an empty folder',
        columns: ['', 'packages', 'MB'],
        rows: sizes.map(({ name, packages, megabytes }) => [name, packages, figure(megabytes)]),
      },
    ],
    goals: [
      { goal: '≤ 80 packages', reached: String(latchkey.packages), met: latchkey.packages <= 80 },
      { goal: '≤ 40 MB', reached: figure(latchkey.megabytes), met: latchkey.megabytes <= 40 },
    ],
    samples: sizes,
  }
}

async function withTarballs<T>(use: (tarballs: string[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  try {
    const workspaces = ['packages/contract', 'packages/verify', 'packages/server'].flatMap((path) => [
      '-w',
      path,
    ])
    await run('npm', ['pack', ...workspaces, '--pack-destination', folder])
    return await use((await readdir(folder)).map((file) => join(folder, file)))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function install(name: string, packages: readonly string[]): Promise<Size> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'))
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    await run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
      cwd: folder,
    })
    const { stdout } = await run('npm', ['ls', '--all', '--parseable', '--omit=dev'], { cwd: folder })
    const installed = new Set(stdout.trim().split('\n').slice(1))
    return { name, packages: installed.size, megabytes: (await bytesIn(join(folder, 'node_modules'))) / 1e6 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    bytes += entry.isDirectory() ? await bytesIn(path) : (await lstat(path)).size
  }
  return bytes
}
