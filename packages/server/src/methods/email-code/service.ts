import { lockHolder } from '../../accounts/lock-holder.ts'
import type { SessionClaims } from '../../sessions/tokens/access-token.ts'
import { createMailedSignIn } from '../../sign-in/mailed-sign-in.ts'
import type { CodeRequested, MailedSignInServices } from '../../sign-in/mailed-sign-in-needs.ts'
import type { SignInRequest } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { MethodServices } from '../method-services.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'

import { amr } from './options.ts'
import { findEmailFactor, insertEmailFactor, removeEmailFactor } from './store.ts'
import { notices, signInCode } from './mails.ts'

/** The use cases of codes by mail, in the order in which users meet them. */
export interface EmailCodes {
  /** Throws `invalid_input`, `rate_limited`. */
  send(email: string, tickets: readonly string[], request: RequestContext): Promise<CodeRequested>
  /** Throws `challenge_invalid` for every reason, `rate_limited`. */
  verify(
    answer: { ticket: string; code: string },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep>
  /** Turns the request for a code after another proof on or off. Throws `email_unverified`. */
  setFactor(claims: SessionClaims, isWanted: boolean, request: RequestContext): Promise<void>
  hasFactor(claims: SessionClaims): Promise<boolean>
}

type EmailCodeServices = MailedSignInServices & Pick<MethodServices, 'codeGuesses' | 'secondFactors'>

export function createEmailCodes(core: EmailCodeServices): EmailCodes {
  const { config, db, ports, pendingCodes, codeGuesses, outbox, secondFactors, revocations, audit } = core
  const mailed = createMailedSignIn(core, {
    method: 'email-code',
    amr,
    compose: ({ email, code, validFor }) =>
      signInCode({ to: email, appName: config.appName, code: code as string, validFor }),
  })

  return { send: mailed.ask, verify, setFactor, hasFactor }

  async function verify(
    answer: { ticket: string; code: string },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep> {
    const guessed = await mailed.guessed(await pendingCodes.find(db, 'email-code', answer.ticket))
    const hits = await codeGuesses.take(guessed, request)
    const challenge = await pendingCodes.attemptCode(db, 'email-code', answer)
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
    const entries = await db.transaction(async (tx) => {
      const now = ports.now()
      const account = await lockHolder(tx, { userId: sub, sessionId: sid }, now)
      // An unverified address proves nothing: its reader would become a factor of somebody else's account.
      if (isWanted && account.emailVerifiedAt === null) throw new AuthError('email_unverified')
      const hasChanged = isWanted ? await insertEmailFactor(tx, sub, now) : await removeEmailFactor(tx, sub)
      if (!hasChanged) return null
      const change = { sessionId: sid, ip: request.ip }
      const revoked = isWanted
        ? await secondFactors.added(tx, account, {
            ...change,
            isFirst: false,
            notice: notices.enabled,
          })
        : await secondFactors.removed(tx, account, {
            ...change,
            was: 'no factor',
            notice: notices.disabled,
          })
      return await revocations.append(tx, revoked)
    })
    if (!entries) return
    revocations.remember(entries)
    outbox.wake()
    const kind = isWanted ? 'email_factor.enabled' : 'email_factor.disabled'
    audit.record({ kind, userId: sub, sessionId: sid, ...originOf(request) })
  }
}
