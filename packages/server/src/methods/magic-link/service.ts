import { createMailedSignIn } from '../../sign-in/mailed-sign-in.ts'
import type { CodeRequested, MailedSignInServices } from '../../sign-in/mailed-sign-in-needs.ts'
import type { SignInRequest } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { MethodServices } from '../method-services.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import { tokenLink } from '../../core/mail/token-link.ts'
import { magicLink } from './mails.ts'
import { amr } from './options.ts'

/** The use cases of links by mail, in the order in which users meet them. */
export interface MagicLinks {
  /** Throws `invalid_input`, `rate_limited`. */
  send(email: string, tickets: readonly string[], request: RequestContext): Promise<CodeRequested>
  /**
   * Verifies a link in the browser that asked for it. Throws `challenge_invalid` for every reason, and then uses
   * nothing up; `rate_limited`.
   */
  verify(
    link: { token: string; tickets: readonly string[] },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep>
  /** Exchanges the link for a code, to be typed in the browser that asked. Throws as `verify`. */
  reveal(token: string, request: RequestContext): Promise<{ code: string; expiresIn: number }>
  /** Verifies that code in the browser that asked. Throws as `verify`. */
  verifyCode(
    answer: { ticket: string; code: string },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep>
}

const purpose = 'magic-link'

type MagicLinkServices = MailedSignInServices & Pick<MethodServices, 'codeGuesses'>

export function createMagicLinks(core: MagicLinkServices): MagicLinks {
  const { config, db, ports, challenges, pendingCodes, codeGuesses, audit } = core
  const mailed = createMailedSignIn(core, {
    method: purpose,
    amr,
    compose: ({ email, token, validFor }) =>
      magicLink({
        to: email,
        appName: config.appName,
        link: tokenLink(config.publicUrl, '/sign-in/magic-link/open', token),
        validFor,
      }),
  })

  return { send: mailed.ask, verify, reveal, verifyCode }

  async function verify(
    { token, tickets }: { token: string; tickets: readonly string[] },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep> {
    await codeGuesses.take(null, request)
    const challenge = await challenges.peek(db, purpose, token)
    if (!challenge || !pendingCodes.isRequester(challenge, tickets))
      throw refuse('wrong link or another browser', request)
    return await mailed.enter(challenge, how, request)
  }

  /**
   * The code goes from the mailbox to the asker, never the other way: a click or an opened page signs nobody in. If the
   * page asked for a number that the asker sees, an attacker who sent the link could tell the victim that number too.
   */
  async function reveal(
    token: string,
    request: RequestContext,
  ): Promise<{ code: string; expiresIn: number }> {
    await codeGuesses.take(null, request)
    const coded = await db.transaction((tx) => challenges.recode(tx, purpose, token))
    if (!coded) throw refuse('wrong link', request)
    return { code: coded.code, expiresIn: Math.floor((coded.until - ports.now()) / 1000) }
  }

  async function verifyCode(
    answer: { ticket: string; code: string },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep> {
    const guessed = await mailed.guessed(await pendingCodes.find(db, purpose, answer.ticket))
    const hits = await codeGuesses.take(guessed, request)
    const challenge = await pendingCodes.attemptCode(db, purpose, answer)
    if (!challenge) throw refuse('wrong code', request)
    const step = await mailed.enter(challenge, how, request)
    await codeGuesses.forgive(hits)
    return step
  }

  function refuse(reason: string, request: RequestContext): AuthError {
    audit.record({ kind: 'login.failed', ...originOf(request), detail: { reason } })
    return new AuthError('challenge_invalid', { log: { reason } })
  }
}
