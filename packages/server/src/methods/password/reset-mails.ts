import type { Queryable } from '../../db/database.ts'
import type { Challenges } from '../../core/challenges/challenges.ts'
import type { Outbox } from '../../core/outbox/outbox.ts'
import type { Account } from '../../identity/users/account.ts'
import type { Config } from '../../config/config.ts'
import { tokenLink } from '../../core/mail/token-link.ts'
import { accountReady, accountSetup, addressIsBack, resetPassword } from './mails.ts'
import { resetTtl } from './options.ts'

/** Links that set a password; made before anything that may have to send one. */
export interface ResetMails {
  /** Queues the reset mail; where passwords are off, one that says how to sign in. */
  send(tx: Queryable, account: Account, why?: ResetReason): Promise<void>
  /**
   * Runs in the transaction of an administrator's change. If the address is newly vouched for, earlier credentials are
   * gone, and its owner is sent a link to choose a password.
   */
  letIn(tx: Queryable, change: { before: Account; after: Account }): Promise<void>
  /** Returns the token that sets a password; its holder controls the account. */
  issue(tx: Queryable, account: Account): Promise<string>
}

/** `address is back`: a change of the address was undone, and the password is gone with it. */
export type ResetReason = 'first' | 'forgotten' | 'address is back'

const mailFor = { first: accountSetup, forgotten: resetPassword, 'address is back': addressIsBack } as const

export interface ResetMailsOptions {
  challenges: Challenges
  outbox: Pick<Outbox, 'mail'>
  config: Pick<Config, 'appName' | 'publicUrl'>
  isOffered: boolean
}

export function createResetMails({ challenges, outbox, config, isOffered }: ResetMailsOptions): ResetMails {
  const { appName, publicUrl } = config
  return { send, letIn, issue }

  async function letIn(tx: Queryable, { before, after }: { before: Account; after: Account }): Promise<void> {
    if (before.emailVerifiedAt === null && after.emailVerifiedAt !== null) await send(tx, after, 'first')
  }

  async function send(tx: Queryable, account: Account, why: ResetReason = 'forgotten'): Promise<void> {
    const to = account.email
    const signInLink = `${publicUrl}/sign-in`
    if (!isOffered) return await outbox.mail(tx, accountReady({ to, appName, signInLink }))
    const token = await issue(tx, account)
    const link = tokenLink(publicUrl, '/reset-password', token)
    await outbox.mail(tx, mailFor[why]({ to, appName, link, validFor: resetTtl }))
  }

  async function issue(tx: Queryable, { id, email }: Account): Promise<string> {
    const { token } = await challenges.issue(tx, {
      purpose: 'reset-password',
      subject: id,
      userId: id,
      payload: { email },
      ttl: resetTtl,
    })
    return token
  }
}
