import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface OidcClient {
  clientId: string
  clientSecret: string
  redirectUri: string
}

const script = join(import.meta.dirname, 'oidc-provider-process.ts')

/** Starts `oidc-provider` with one client; resolves with its issuer. Ends with the test. */
export async function startOidcProvider(client: OidcClient): Promise<string> {
  const child = spawn(process.execPath, [script, JSON.stringify(client)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  return await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const issuer = /^http:\/\/localhost:\d+$/m.exec(output)?.[0]
      if (issuer !== undefined) resolve(issuer)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`oidc-provider ended with ${code}: ${output}`)))
  })
}
