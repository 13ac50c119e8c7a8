import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The benchmark runs what is published, not the sources. */
export async function buildLatchkey(): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build']).catch((error: Error & { stdout?: string }) => {
    throw new Error(`Latchkey does not build:\n${error.stdout ?? ''}`, { cause: error })
  })
}
