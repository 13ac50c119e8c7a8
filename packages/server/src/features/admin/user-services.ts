import type { NewAccounts } from '../../accounts/new-accounts.ts'
import type { Users } from '../../accounts/service.ts'
import type { Audit } from '../../core/audit/audit.ts'
import type { Limits } from '../../core/limits/limits.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import type { Ports } from '../../core/ports/ports.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { Database } from '../../db/database.ts'
import type { AccountEvents } from '../../identity/events/account-events.ts'
import type { Mails } from '../../identity/mails/mails.ts'
import type { Permissions } from '../../identity/roles/permissions.ts'
import type { Passwords } from '../../methods/password/passwords.ts'
import type { ResetMails } from '../../methods/password/reset-mails.ts'
import type { Sessions } from '../../sessions/service.ts'

/**
 * Services for administrators' use cases about users. A change beyond the actor's own permissions is refused with
 * `forbidden`. Every use case that takes an id throws AuthError `user_not_found`.
 */
export interface UserServices {
  db: Database
  ports: Ports
  users: Users
  sessions: Sessions
  revocations: RevocationLog
  permissions: Permissions
  passwords: Passwords
  newAccounts: NewAccounts
  resetMails: ResetMails
  events: AccountEvents
  mails: Mails
  outbox: Outbox
  limits: Limits
  audit: Audit
}
