import type { Database } from '../../db/database.ts'
import type { Ports } from '../ports/ports.ts'
import { formatUuid, uuidV7 } from '../ports/uuid.ts'
import { isoTime } from '../iso-time.ts'
import { html } from '../mail/html.ts'
import { type InboxRow, insertInboxMail, listInboxMails } from './outbox-store.ts'
import type { RenderedMail } from '../mail/template.ts'
import type { Sms, SmsSender } from '../sms/sms.ts'
import type { MailTransport } from '../mail/transport.ts'

/** A mail as it arrived; only its sender needs the lifetime. */
type Arrived = Omit<RenderedMail, 'validFor'>

export interface InboxMail extends Arrived {
  id: string
  at: string
}

/** The inbox that receives mails in development if no mail server is configured. */
export interface Inbox {
  transport: MailTransport
  /** Messages to phones land here as well. */
  smsSender: SmsSender
  /** Newest first; `to` filters by recipient, without regard to case. */
  list(to: string | null): Promise<InboxMail[]>
  find(id: string): Promise<InboxMail | null>
}

const kept = 500

export function createInbox(db: Database, ports: Ports): Inbox {
  return {
    transport: { send: keepMail, close() {} },
    smsSender: { send: (sms) => keep(asMail(sms)) },
    list,
    find: async (id) => (await list(null)).find((mail) => mail.id === id) ?? null,
  }

  function keepMail(rendered: RenderedMail): Promise<void> {
    const { validFor: _, ...mail } = rendered
    return keep(mail)
  }

  async function keep(mail: Arrived): Promise<void> {
    const row = {
      id: uuidV7(ports),
      at: ports.now(),
      recipient: mail.to.toLowerCase(),
      mail: JSON.stringify(mail),
    }
    await insertInboxMail(db, row, kept)
  }

  async function list(to: string | null): Promise<InboxMail[]> {
    return (await listInboxMails(db, to?.toLowerCase() ?? null, kept)).map(toInboxMail)
  }
}

/** So that one page shows both. */
const asMail = ({ to, text }: Sms): Arrived => ({
  to,
  subject: 'SMS',
  text,
  html: String(html`<pre>${text}</pre>`),
  links: [],
  codes: [...new Set(text.match(/\b\d{6}\b/g))],
})

const toInboxMail = ({ id, at, mail }: InboxRow): InboxMail => ({
  id: formatUuid(id),
  at: isoTime(at),
  ...(JSON.parse(mail) as Arrived),
})
