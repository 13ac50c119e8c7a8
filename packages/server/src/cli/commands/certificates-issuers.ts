import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { renderTable } from '../render-table.ts'
import { loadConfig } from '../../config/load-config.ts'
import { readTlsFiles } from '../../features/mutual-tls/files.ts'
import { issuersOf } from '../../features/mutual-tls/issuers.ts'

export const certificatesIssuers: Command = {
  name: 'certificates issuers',
  summary: 'List the CAs of MTLS_CA, for certificates map --issuer',
  async run({ json }) {
    const config = loadConfig({ env: process.env })
    if (config.mtlsCa === null) throw new CommandError('MTLS_CA is not set: there is no CA to list.')
    const issuers = issuersOf(readTlsFiles(config).trust)
    print({ issuers }, json, () =>
      renderTable([
        ['ISSUER', 'SUBJECT', 'ENDS'],
        ...issuers.map(({ issuer, subject, expiresAt }) => [issuer, subject, expiresAt]),
      ]),
    )
    return exitCodes.done
  },
}
