import { type Milliseconds, toSeconds } from '@latchkey/contract'
import type { Queryable } from '../db/database.ts'
import { codeTtl } from '../core/challenges/code.ts'
import { mailsPerDay } from './codes/code-limits.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import { mailTopic } from '../core/outbox/outbox.ts'
import { requireEmailAddress } from '../core/mail/require-email-address.ts'
import { formatUuid, uuidV7 } from '../core/ports/uuid.ts'
import { type RequestContext } from '../core/request/request-context.ts'
import { findAccountByEmail } from '../identity/users/store.ts'
import type { CodeRequested, MailedSignInNeeds } from './mailed-sign-in-needs.ts'

export async function ask(
  services: MailedSignInNeeds,
  email: string,
  tickets: readonly string[],
  request: RequestContext,
): Promise<CodeRequested> {
  const { db, ports, pendingCodes, limits, outbox, method, asking, topic } = services
  const address = requireEmailAddress(email)
  const lookup = normalizeEmail(address)
  const account = await findAccountByEmail(db, lookup)
  const [[, countedBy]] = await asking.take({ userId: account?.id ?? null, subject: lookup }, request)
  await limits.take(mailsPerDay, countedBy)
  const ticket = await db.transaction(async (tx) => {
    for (const older of tickets) await pendingCodes.drop(tx, method, older)
    const issued = await pendingCodes.issue(tx, {
      purpose: method,
      // A subject of its own: somebody who knows the address must not be able to end what its owner waits for.
      subject: formatUuid(uuidV7(ports)),
      userId: null,
      payload: { email: address },
      ttl: codeTtl,
      withCode: method === 'email-code',
    })
    // Known or unknown, the request only leaves a note: the work, and the difference, come after the answer.
    const { token, code } = issued
    const until = ports.now() + codeTtl
    await outbox.enqueue(tx, topic, { email: address, token, code, until }, until)
    return issued.ticket
  })
  outbox.wake()
  return { ticket, expiresIn: toSeconds(codeTtl), delayed: !outbox.isDelivering(mailTopic) }
}

export async function send(
  services: MailedSignInNeeds,
  tx: Queryable,
  payload: Record<string, unknown>,
): Promise<void> {
  const { ports, challenges, outbox, compose } = services
  const { email, token, code, until } = payload as {
    email: string
    token: string
    code: string | null
    until: number
  }
  const validFor = (until - ports.now()) as Milliseconds
  if (validFor <= 0) return
  const account = await findAccountByEmail(tx, normalizeEmail(email))
  if (account ? account.disabledAt !== null : !(await mayBegin(services, tx, email))) return
  // From now on, events that end the account's codes end this one.
  if (account) await challenges.bind(tx, token, account.id)
  await outbox.mail(tx, compose({ email: account?.email ?? email, token, code, validFor }))
}

async function mayBegin(services: MailedSignInNeeds, tx: Queryable, email: string): Promise<boolean> {
  const { opensAccounts, addressUndo } = services
  return opensAccounts && !(await addressUndo.isReserved(tx, email))
}
