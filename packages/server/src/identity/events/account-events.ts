import type { Instant, SessionId } from '@latchkey/contract'
import type { Queryable } from '../../db/database.ts'
import type { RenderedMail } from '../../core/mail/template.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import type { Revoked } from '../../core/revocations/log.ts'
import type { Account } from '../users/account.ts'
import type { End, Happening, Holder } from './holder.ts'
import { type AccountEvent, type Effects, type EndReason, rowOf, type Told } from './table.ts'

/** Further facts about an event: the table decides who is told, and the caller what the mails say. */
export type About<Event extends AccountEvent> = {
  sessionId?: SessionId | null
  since?: Instant
} & ([Told<Event>] extends [never]
  ? { mails?: undefined }
  : { mails: Record<Told<Event>, RenderedMail | readonly RenderedMail[]> })

export interface AccountEvents {
  /**
   * Ends everything that the table says, in the transaction of the event. The account is locked, and given as it will
   * be. Pass the result on to {@link RevocationLog.append}.
   */
  apply<Event extends AccountEvent>(
    tx: Queryable,
    account: Account,
    event: Event,
    about: About<Event>,
  ): Promise<Revoked[]>
}

export interface AccountEventsOptions {
  outbox: Pick<Outbox, 'mail'>
  /** Holders of every part that stores something of a user. */
  holders: readonly Holder[]
}

export function createAccountEvents({ outbox, holders }: AccountEventsOptions): AccountEvents {
  return { apply }

  async function apply<Event extends AccountEvent>(
    tx: Queryable,
    account: Account,
    event: Event,
    { sessionId = null, since = 0, mails }: About<Event>,
  ): Promise<Revoked[]> {
    const { title: _, reason, tells, ...effects } = rowOf(event)
    const happening = { event, account, sessionId, since, reason: reason as EndReason }
    const revoked: Revoked[] = []
    // Column by column: a new link to reset, which a credential leaves behind, must outlive the older ones.
    for (const column of Object.keys(effects) as (keyof Effects)[])
      for (const holder of holders) revoked.push(...(await endHeld(tx, holder, column, effects, happening)))
    const composed: Partial<Record<string, RenderedMail | readonly RenderedMail[]>> = mails ?? {}
    for (const recipient of tells)
      for (const mail of [composed[recipient] ?? []].flat()) await outbox.mail(tx, mail)
    return revoked
  }
}

async function endHeld(
  tx: Queryable,
  holder: Holder,
  column: keyof Effects,
  effects: Effects,
  happening: Happening,
): Promise<readonly Revoked[]> {
  const effect = effects[column]
  // A column and its effect belong together, which the compiler cannot see for a variable name.
  const end = holder[column] as End<string> | undefined
  if (!end || effect === 'stay') return []
  return (await end(tx, effect, happening)) ?? []
}
