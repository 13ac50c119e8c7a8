import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from './config-error.ts'
import type { Config } from './config.ts'
import { makeFolder } from './make-folder.ts'
import { secret as secretSchema } from './schemas.ts'

/**
 * The secrets that everything is derived from, newest first: those configured, else, outside production, the one
 * in `<dataFolder>/secret`, which is made on the first call.
 *
 * @throws {ConfigError} if the folder cannot be written or the file does not hold a secret.
 */
export function getSecretRing(
  config: Pick<Config, 'secret' | 'dataFolder' | 'nodeEnv'>,
): readonly [string, ...string[]] {
  if (config.secret !== null) return config.secret
  // `loadConfig` refuses this as well; a configuration made by hand must not get past either.
  if (config.nodeEnv === 'production') throw cannotKeep(config.dataFolder, 'NODE_ENV is production')
  return [readOrCreateSecret(config.dataFolder)]
}

/** Reads `<folder>/secret`, or makes it: 32 random bytes in base64url that only this user can read. */
export function readOrCreateSecret(folder: string): string {
  try {
    return readSecret(folder) ?? createSecret(folder)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw cannotKeep(folder, error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault')
  }
}

function readSecret(folder: string): string | null {
  const path = join(folder, 'secret')
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (secretSchema.safeParse(text).success) return text
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
  throw new ConfigError([
    {
      key: path,
      given: 'a file that does not hold a secret',
      expected: 'the secret that was made here; without it all sessions and encrypted keys are lost',
      example: `rm ${path} (a new one is made on the next start)`,
    },
  ])
}

function createSecret(folder: string): string {
  makeFolder(folder)
  const draft = join(folder, `.secret-${randomBytes(8).toString('hex')}`)
  try {
    writeDurably(draft, randomBytes(32).toString('base64url'))
    publish(draft, join(folder, 'secret'))
  } finally {
    rmSync(draft, { force: true })
  }
  const secret = readSecret(folder)
  if (secret === null) throw new Error('The secret disappeared while it was made.')
  return secret
}

// A link appears with its whole content or not at all, and only if nothing is there: of two processes that start
// at once one wins, and neither reads half a secret.
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

const cannotKeep = (folder: string, reason: string): ConfigError =>
  new ConfigError([
    {
      key: 'LATCHKEY_DATA',
      given: `${folder}, where no secret can be kept (${reason})`,
      expected: 'a folder that this process can write, or a LATCHKEY_SECRET',
      example: 'LATCHKEY_SECRET="$(openssl rand -base64 32)"',
    },
  ])
