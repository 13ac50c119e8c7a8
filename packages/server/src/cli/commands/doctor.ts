import { ConfigError } from '../../config/config-error.ts'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load-config.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { checkDatabase } from '../doctor/check-database.ts'
import { checkMail } from '../doctor/check-mail.ts'
import { checkSettings } from '../doctor/check-settings.ts'
import { checkTls } from '../doctor/check-tls.ts'
import { fail, type Finding, ok } from '../doctor/check.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look for what is wrong with this installation',
  description:
    'Settings, data folder, secret, files of TLS, database, migrations, durability, keys, clock, what the revocation log has lost, traces of a restore, mail. Leaves nothing behind. Exit code 1 where something is broken; warnings alone are 0.',
  async run({ json }) {
    const findings = await examine()
    const healthy = findings.every(({ status }) => status !== 'fail')
    print({ ok: healthy, findings }, json, () => findings.map(render).join('\n'))
    return healthy ? exitCodes.done : exitCodes.failed
  },
}

async function examine(): Promise<Finding[]> {
  const config = readConfig()
  if (config instanceof ConfigError) {
    return [
      fail('configuration', config.message, 'Mend these settings; latchkey config check names them again.'),
    ]
  }
  return [
    ok('configuration', 'Every setting is valid.'),
    ...checkSettings(config),
    ...checkTls(config, Date.now()),
    ...(await checkDatabase(config)),
    await checkMail(config),
  ]
}

function readConfig(): Config | ConfigError {
  try {
    return loadConfig({ env: process.env })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

const marks = { ok: '  ok  ', warn: ' warn ', fail: ' FAIL ' } as const

function render({ check, status, sentence, remedy }: Finding): string {
  const line = `[${marks[status]}] ${check}: ${sentence}`
  return remedy === undefined ? line : `${line}\n         → ${remedy}`
}
