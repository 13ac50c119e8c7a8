import type { Audit } from '../../core/audit/audit.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import type { RevocationLog } from '../../core/revocations/log.ts'
import type { AccountEvents } from '../../identity/events/account-events.ts'
import type { Mails } from '../../identity/mails/mails.ts'
import type { KeyUseOptions } from './use.ts'

/** Services that the use cases of API keys need. */
export interface ApiKeyServices extends KeyUseOptions {
  revocations: RevocationLog
  audit: Audit
  events: AccountEvents
  outbox: Outbox
  mails: Mails
  config: { publicUrl: string; audience: string; apiKeyMaxTtl: number }
}
