import type { Command } from '../command.ts'
import { apiKeysCreate } from './api-keys-create.ts'
import { apiKeysList } from './api-keys-list.ts'
import { apiKeysRevoke } from './api-keys-revoke.ts'
import { backup } from './backup.ts'
import { certificatesIssuers } from './certificates-issuers.ts'
import { certificatesList } from './certificates-list.ts'
import { certificatesMap } from './certificates-map.ts'
import { certificatesUnmap } from './certificates-unmap.ts'
import { configCheck } from './config-check.ts'
import { configPrint } from './config-print.ts'
import { doctor } from './doctor.ts'
import { keysList } from './keys-list.ts'
import { keysRetire } from './keys-retire.ts'
import { keysRotate } from './keys-rotate.ts'
import { migrate } from './migrate.ts'
import { mtlsDevCa } from './mtls-dev-ca.ts'
import { openapi } from './openapi.ts'
import { restore } from './restore.ts'
import { secret } from './secret.ts'
import { secretRoll } from './secret-roll.ts'
import { serve } from './serve.ts'
import { serviceAccountsCreate } from './service-accounts-create.ts'
import { serviceAccountsDisable } from './service-accounts-disable.ts'
import { serviceAccountsList } from './service-accounts-list.ts'
import { sessionsRevokeBefore } from './sessions-revoke-before.ts'
import { sessionsList } from './sessions-list.ts'
import { sessionsRevoke } from './sessions-revoke.ts'
import { tokenDecode } from './token-decode.ts'
import { tokenMint } from './token-mint.ts'
import { tokenVerify } from './token-verify.ts'
import { usersChangeEmail } from './users-change-email.ts'
import { usersCreate } from './users-create.ts'
import { usersDisable } from './users-disable.ts'
import { usersFind } from './users-find.ts'
import { usersImport } from './users-import.ts'
import { usersResetFactors } from './users-reset-factors.ts'

/** Every command, in the order in which the overview shows them. */
export const commands: readonly Command[] = [
  serve,
  migrate,
  backup,
  restore,
  doctor,
  configCheck,
  configPrint,
  secret,
  secretRoll,
  keysList,
  keysRotate,
  keysRetire,
  usersCreate,
  usersFind,
  usersChangeEmail,
  usersDisable,
  usersImport,
  usersResetFactors,
  sessionsList,
  sessionsRevoke,
  sessionsRevokeBefore,
  serviceAccountsCreate,
  serviceAccountsList,
  serviceAccountsDisable,
  apiKeysCreate,
  apiKeysList,
  apiKeysRevoke,
  certificatesMap,
  certificatesList,
  certificatesUnmap,
  certificatesIssuers,
  mtlsDevCa,
  tokenDecode,
  tokenVerify,
  tokenMint,
  openapi,
]
