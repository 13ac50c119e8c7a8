import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { signWith } from '../../../test/support/bound-token.ts'
import { hasCommand } from '../../../test/support/has-command.ts'
import { startIssuer } from '../../../test/support/issuer.ts'
import { createNodeAuth } from './node.ts'
import { createVerifier } from './verifier.ts'

test.skipIf(!hasCommand('openssl'))(
  'a token that is bound to a client certificate works on a connection with that certificate alone',
  async () => {
    const [service, client, other] = [createCertificate(), createCertificate(), createCertificate()]
    const issuer = await startIssuer()
    const verifier = createVerifier({ issuer: issuer.origin, audience: issuer.audience })
    const { requireAuth } = createNodeAuth(verifier)
    const handler = requireAuth({}, ({ auth }, response) => response.end(auth.sub))
    const server = createServer(
      { ...service, requestCert: true, rejectUnauthorized: false },
      (request, response) => void handler(request, response),
    ).listen(0)
    onTestFinished(() => {
      server.close()
      verifier.close()
    })

    const thumbprint = createHash('sha256').update(new X509Certificate(client.cert).raw).digest('base64url')
    const token = await signWith(issuer, { 'x5t#S256': thumbprint })
    const ask = (shown: RequestOptions) =>
      statusOf({
        port: (server.address() as AddressInfo).port,
        headers: { authorization: `Bearer ${token}` },
        rejectUnauthorized: false,
        ...shown,
      })
    expect(await ask(client)).toBe(200)
    expect(await ask(other)).toBe(401)
    expect(await ask({})).toBe(401)
  },
)

function createCertificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-certificate-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost'
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const made = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(folder, { recursive: true })
  return made
}

const statusOf = (options: RequestOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ host: 'localhost', agent: false, ...options }, (answer) => {
      answer.resume()
      resolve(answer.statusCode!)
    })
      .on('error', reject)
      .end()
  })
