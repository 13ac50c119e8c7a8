import { describeConfig } from '../../config/describe-config.ts'
import { loadConfig } from '../../config/load-config.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { renderTable } from '../render-table.ts'

export const configPrint: Command = {
  name: 'config print',
  summary: 'Print the configuration in force and where each value came from',
  description: 'Secrets are hidden, URLs stand without user and password.',
  async run({ json }) {
    const settings = describeConfig(loadConfig({ env: process.env }))
    print({ settings }, json, () =>
      renderTable(settings.map(({ env, value, source }) => [env, value, source])),
    )
    return exitCodes.done
  },
}
