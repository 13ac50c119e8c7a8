import { ConfigError } from '../../config/config-error.ts'
import { loadConfig } from '../../config/load-config.ts'
import { readTlsFiles } from '../../features/mutual-tls/files.ts'
import { type Command, exitCodes, print } from '../command.ts'

export const configCheck: Command = {
  name: 'config check',
  summary: 'Check the configuration, naming every fault',
  description: 'Contacts nothing and creates nothing. Exit code 3 where the server would refuse to start.',
  async run({ json }) {
    try {
      readTlsFiles(loadConfig({ env: process.env }))
    } catch (error) {
      if (!json || !(error instanceof ConfigError)) throw error
      print({ ok: false, faults: error.faults }, json, String)
      return exitCodes.configuration
    }
    print({ ok: true, faults: [] }, json, () => 'The configuration is valid.')
    return exitCodes.done
  },
}
