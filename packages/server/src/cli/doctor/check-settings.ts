import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { isOpenToOthers } from '../../config/is-open-to-others.ts'
import type { Config } from '../../config/config.ts'
import { decideRelyingParty, explainNoPasskeys, type RelyingParty } from '../../config/relying-party.ts'
import { findSecretWeakness } from '../../config/secret-strength.ts'
import { sqliteFileOf } from '../with-services.ts'
import { fail, type Finding, ok, warn } from './check.ts'

/** Reports on the settings and the data folder, without contacting anything. */
export function checkSettings(config: Config): Finding[] {
  return [
    checkPublicUrl(config),
    ...checkPasskeys(config),
    checkSecret(config),
    ...checkDataFolder(config),
    ...checkAccounts(config),
  ]
}

function checkPublicUrl({ publicUrl, nodeEnv }: Config): Finding {
  const isLocal = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(publicUrl)
  if (publicUrl.startsWith('https:')) return ok('public address', `${publicUrl} is https.`)
  if (isLocal && nodeEnv !== 'production')
    return ok('public address', `${publicUrl} is for this machine only.`)
  return warn(
    'public address',
    `${publicUrl} is http: tokens and cookies can be read on the way.`,
    'Put a proxy with a certificate in front and set PUBLIC_URL to its https address.',
  )
}

function checkPasskeys(config: Config): Finding[] {
  if (!config.signInMethods.includes('passkey')) return []
  const reason = explainNoPasskeys(config)
  if (reason === null) {
    const { id } = decideRelyingParty(config) as RelyingParty
    return [ok('passkeys', `They are made for ${id}.`)]
  }
  return [
    warn(
      'passkeys',
      `They are not offered: ${reason}.`,
      'Give PUBLIC_URL a name and https, or leave passkey out of SIGN_IN_METHODS.',
    ),
  ]
}

function checkSecret({ secret, nodeEnv, dataFolder }: Config): Finding {
  if (secret === null) return ok('secret', `Kept in ${dataFolder}/secret, as is fit for ${nodeEnv}.`)
  const weak = secret.findIndex((each) => findSecretWeakness(each) !== null)
  if (weak < 0) return ok('secret', `${secret.length} in the ring, random as far as one can see.`)
  return warn(
    'secret',
    `Secret ${weak + 1} of the ring looks like a placeholder or follows a pattern.`,
    'Put a new one in front: latchkey secret',
  )
}

function checkDataFolder(config: Config): Finding[] {
  const { dataFolder } = config
  const holdsSomething = sqliteFileOf(config) !== null || config.secret === null
  if (!holdsSomething) return []
  if (!existsSync(dataFolder)) return [ok('data folder', `${dataFolder} is not there yet; it will be made.`)]
  if (!statSync(dataFolder).isDirectory()) {
    return [fail('data folder', `${dataFolder} is not a folder.`, 'Set LATCHKEY_DATA to a folder.')]
  }
  if (!isWritable(dataFolder)) {
    return [
      fail('data folder', `${dataFolder} cannot be written.`, `Give it to the user who runs the server.`),
    ]
  }
  const files = [dataFolder, `${dataFolder}/secret`, sqliteFileOf(config)].filter((path) => path !== null)
  const open = files.filter((path) => existsSync(path) && isOpenToOthers(path))
  if (open.length === 0)
    return [ok('data folder', `${dataFolder} can be written, and read by its owner alone.`)]
  const isInside = open.every((path) => path !== dataFolder) && !isOpenToOthers(dataFolder)
  if (isInside) return [ok('data folder', `${dataFolder} can be written, and entered by its owner alone.`)]
  return [
    warn(
      'data folder',
      `${open.join(', ')} can be read by other users of this machine.`,
      `chmod 700 ${dataFolder}; chmod 600 ${dataFolder}/*`,
    ),
  ]
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function checkAccounts({ nodeEnv, emailVerification, registration }: Config): Finding[] {
  if (nodeEnv !== 'production') return []
  if (emailVerification === 'required' || registration === 'closed') {
    return [
      ok(
        'e-mail verification',
        'Addresses are verified before they count, or nobody registers by themselves.',
      ),
    ]
  }
  return [
    warn(
      'e-mail verification',
      'Anybody can register with an address that is not theirs.',
      'Set EMAIL_VERIFICATION=required.',
    ),
  ]
}
