import type { PasskeyAssertion, UserId } from '@latchkey/contract'
import type { AuthError } from '../../core/auth-error.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import type { Account } from '../../identity/users/account.ts'
import { type Barrier, signInBarrier } from '../../identity/users/barrier.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { SignInRequest } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { refusal } from './ceremony.ts'
import { requestOptions } from './ceremony-options.ts'
import { type Ceremony, expectationOf, issueCeremony, newChallenge } from './challenge.ts'
import { amr, answersPerNetwork, asksPerNetwork } from './options.ts'
import type { PasskeyServices } from './passkey-services.ts'
import { verify } from './verify.ts'

export interface LoginAnswer {
  ticket: string
  response: PasskeyAssertion
}

/** Begins a sign-in without naming a user. Throws AuthError `rate_limited`. */
export async function beginLogin(services: PasskeyServices, request: RequestContext): Promise<Ceremony> {
  const { config, ports, limits, rp } = services
  await limits.take(asksPerNetwork, networkOfCaller(request))
  const challenge = newChallenge(ports)
  // A subject of its own: beginning a sign-in must not end somebody else's.
  const subject = formatUuid(uuidV7(ports))
  const ticket = await issueCeremony(services, 'passkey-login', { subject, userId: null, challenge })
  return {
    ticket,
    options: requestOptions({ rp, challenge, userVerification: config.passkeyUserVerification }),
  }
}

/**
 * Throws AuthError `passkey_unknown` for an unknown passkey, `passkey_invalid` for every other reason; `rate_limited`.
 */
export async function finishLogin(
  services: PasskeyServices,
  { ticket, response, persistent, tokenTransport }: LoginAnswer & SignInRequest,
  request: RequestContext,
): Promise<SignInStep> {
  const { config, db, limits, challenges, signIn } = services
  await limits.take(answersPerNetwork, networkOfCaller(request))
  const asked = await challenges.attempt(db, 'passkey-login', ticket)
  if (!asked) throw refusal('no such question')
  // §7.2 (6): no user was named, so the passkey must name its user.
  if (!response.response.userHandle) throw refusal('no user handle')
  const proven = await verify(services, response, expectationOf(services, asked), request)
  const userId = formatUuid(proven.row.user_id) as UserId
  const account = await findAccount(db, userId)
  const barrier = account && signInBarrier(account, config)
  if (!account || barrier !== null) throw await refuseAccount(services, account, barrier, request)
  const { userVerified, use } = proven
  return await signIn.proceed(
    {
      userId,
      method: 'passkey',
      amr: userVerified ? [...amr, 'mfa'] : amr,
      aal: userVerified ? 2 : 1,
      persistent,
      tokenTransport,
      async stillValid(tx) {
        // Both or neither, and the challenge first: only one of several requests with the same answer succeeds.
        if (!(await challenges.consume(tx, 'passkey-login', ticket))) throw refusal('used')
        if (!(await use(tx))) throw refusal('removed, or used by another request')
        return true
      },
    },
    request,
  )
}

async function refuseAccount(
  services: PasskeyServices,
  account: Account | null,
  reason: Barrier | null,
  request: RequestContext,
): Promise<AuthError> {
  const { db, outbox, audit, emailProof } = services
  if (account && reason === 'address not verified') {
    await db.transaction((tx) => emailProof.send(tx, account))
    outbox.wake()
  }
  const detail = { method: 'passkey', reason }
  if (account) audit.record({ kind: 'login.failed', userId: account.id, ...originOf(request), detail })
  return refusal(reason ?? 'no account')
}
