import { join, resolve } from 'node:path'
import { loadConfig } from '../../config/load-config.ts'
import { isClientName, openDevelopmentCa } from '../../features/mutual-tls/development-ca.ts'
import { type Command, CommandError, exitCodes, print, textOf, textsOf } from '../command.ts'

export const mtlsDevCa: Command = {
  name: 'mtls dev-ca',
  summary: 'Make a CA for development: a server certificate for localhost, clients, a revocation list',
  description:
    'Called again it adds to what is there. A running server takes up the changes within seconds. Its keys lie unprotected in the folder: with NODE_ENV=production it is refused.',
  options: {
    folder: { type: 'string', value: 'path', help: 'Where it lies; <LATCHKEY_DATA>/mtls unless given.' },
    client: {
      type: 'string',
      multiple: true,
      value: 'name',
      help: 'Make a certificate for this client, with the subject CN=<name>; may be repeated.',
    },
    revoke: {
      type: 'string',
      multiple: true,
      value: 'name',
      help: 'Revoke the newest certificate of this client; may be repeated.',
    },
  },
  async run(invocation) {
    const { nodeEnv, dataFolder } = loadConfig({ env: process.env })
    if (nodeEnv === 'production')
      throw new CommandError('NODE_ENV is production: use a CA whose key is kept where nobody reads it.')
    const [clients, revoked] = [textsOf(invocation, 'client'), textsOf(invocation, 'revoke')]
    const wrong = [...clients, ...revoked].find((name) => !isClientName(name))
    if (wrong !== undefined)
      throw new CommandError(`${wrong} is no name for a client: a–z, 0–9 and - will do.`, exitCodes.usage)
    const ca = openDevelopmentCa(
      resolve(textOf(invocation, 'folder') ?? join(dataFolder, 'mtls')),
      Date.now(),
    )
    for (const name of revoked)
      if (!ca.revoke(name)) throw new CommandError(`There is no certificate of ${name}.`)
    const issued = clients.map(ca.issue)
    print({ ...ca.files, clients: issued, revoked }, invocation.json, () =>
      [
        `TLS_CERT=${ca.files.server}`,
        `TLS_KEY=${ca.files.serverKey}`,
        `MTLS_CA=${ca.files.ca}`,
        `MTLS_CRL=${ca.files.crl}`,
        ...issued.map(({ certificate, subject }) => `# ${subject}: ${certificate}`),
        ...revoked.map((name) => `# revoked: ${name}`),
      ].join('\n'),
    )
    return exitCodes.done
  },
}
