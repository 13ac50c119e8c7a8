import { lockUser } from '../../identity/users/locks.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import { type Asked, createMailedSignIn } from '../../sign-in/mailed-sign-in.ts'
import type { Delivery } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { CoreParts } from '../method-services.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'

import { amr } from './options.ts'
import { findEmailFactor, insertEmailFactor, removeEmailFactor } from './store.ts'

/** What people do with codes by mail, in the order in which they meet them. */
export interface EmailCodes {
  /** Throws `invalid_input`, `rate_limited`. */
  send(email: string, tickets: readonly string[], request: RequestContext): Promise<Asked>
  /** Throws `challenge_invalid` for every reason, `rate_limited`. */
  verify(
    answer: { ticket: string; code: string },
    how: Delivery,
    request: RequestContext,
  ): Promise<SignInStep>
  /** Whether the user is asked for a code after another proof. Throws `email_unverified`. */
  setFactor(claims: SessionClaims, isWanted: boolean, request: RequestContext): Promise<void>
  hasFactor(claims: SessionClaims): Promise<boolean>
}

export function createEmailCodes(core: CoreParts): EmailCodes {
  const { db, ports, asked, codeGuesses, outbox, mails, audit } = core
  const mailed = createMailedSignIn(core, {
    method: 'email-code',
    amr,
    compose: ({ email, code, validFor }) => mails.signInCode({ email, code: code as string, validFor }),
  })

  return { send: mailed.ask, verify, setFactor, hasFactor }

  async function verify(
    answer: { ticket: string; code: string },
    how: Delivery,
    request: RequestContext,
  ): Promise<SignInStep> {
    const guessed = await mailed.guessed(await asked.find(db, 'email-code', answer.ticket))
    const hits = await codeGuesses.take(guessed, request)
    const challenge = await asked.attemptCode(db, 'email-code', answer)
    if (!challenge) {
      const userId = guessed?.userId ?? null
      audit.record({ kind: 'login.failed', userId, ...originOf(request), detail: { reason: 'wrong code' } })
      throw new AuthError('challenge_invalid')
    }
    const step = await mailed.enter(challenge, how, request)
    await codeGuesses.forgive(hits)
    return step
  }

  async function hasFactor({ sub }: SessionClaims): Promise<boolean> {
    return (await findEmailFactor(db, sub)) !== null
  }

  async function setFactor(
    { sub, sid }: SessionClaims,
    isWanted: boolean,
    request: RequestContext,
  ): Promise<void> {
    const hasChanged = await db.transaction(async (tx) => {
      const account = await lockUser(tx, sub)
      if (!account || account.disabledAt !== null) throw new AuthError('token_revoked')
      // Nothing is proved by an address that is not proven: its reader would be a factor of somebody else's account.
      if (isWanted && account.emailVerifiedAt === null) throw new AuthError('email_unverified')
      const now = ports.now()
      const hasChanged = isWanted ? await insertEmailFactor(tx, sub, now) : await removeEmailFactor(tx, sub)
      const notice = isWanted ? 'email_factor_enabled' : 'email_factor_disabled'
      if (hasChanged)
        await outbox.mail(tx, mails.credentialChanged({ account, notice, at: now, ip: request.ip }))
      return hasChanged
    })
    if (!hasChanged) return
    outbox.wake()
    const kind = isWanted ? 'email_factor.enabled' : 'email_factor.disabled'
    audit.record({ kind, userId: sub, sessionId: sid, ...originOf(request) })
  }
}
