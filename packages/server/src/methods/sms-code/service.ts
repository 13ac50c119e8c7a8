import { toSeconds } from '@latchkey/contract'
import type { CodeRequested } from '../../sign-in/mailed-sign-in-needs.ts'
import type { SignInRequest } from '../../sign-in/first-proof.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { AuthError } from '../../core/auth-error.ts'
import { codeTtl } from '../../core/challenges/code.ts'
import type { MethodServices } from '../method-services.ts'
import { createGuesses } from '../../core/limits/guesses.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import { originOf, type RequestContext } from '../../core/request/request-context.ts'
import { signInBarrier } from '../../identity/users/barrier.ts'
import { findAccount } from '../../identity/users/store.ts'
import type { Queryable } from '../../db/database.ts'
import * as limit from './options.ts'
import { amr } from './options.ts'
import { findPhone, findPhoneByNumber, type PhoneRecord, touchPhone } from './store.ts'

/** Sign-in by a verified number. */
export interface SmsCodes {
  /** The same for every number. Throws `rate_limited`. */
  send(number: string, tickets: readonly string[], request: RequestContext): Promise<CodeRequested>
  /** Throws `challenge_invalid` for every reason, `rate_limited`. */
  verify(
    answer: { ticket: string; code: string },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep>
}

type SmsCodeServices = Pick<
  MethodServices,
  | 'config'
  | 'ports'
  | 'db'
  | 'audit'
  | 'limits'
  | 'knownDevices'
  | 'challenges'
  | 'pendingCodes'
  | 'codeGuesses'
  | 'outbox'
  | 'texts'
  | 'signIn'
>

const purpose = 'sms-code'
const topic = 'sms-code-asked'

export function createSmsCodes(services: SmsCodeServices): SmsCodes {
  const { config, db, ports, pendingCodes, challenges, codeGuesses, outbox, texts, signIn, audit } = services
  const guesses = createGuesses(services.limits, services.knownDevices, limit.asking)
  outbox.registerTask(topic, deliver)

  return { send, verify }

  async function send(
    number: string,
    tickets: readonly string[],
    request: RequestContext,
  ): Promise<CodeRequested> {
    const phone = await findPhoneByNumber(db, number)
    await guesses.take({ userId: phone?.userId ?? null, subject: number }, request)
    await texts.admit(number)
    const ticket = await db.transaction(async (tx) => {
      for (const older of tickets) await pendingCodes.drop(tx, purpose, older)
      const issued = await pendingCodes.issue(tx, {
        purpose,
        // A subject of its own: a person who knows the number must not be able to end its owner's sign-in.
        subject: formatUuid(uuidV7(ports)),
        userId: null,
        payload: { number },
        ttl: codeTtl,
        withCode: true,
      })
      // Known or unknown, the request only leaves a note. Unverified numbers are sent nothing.
      const until = ports.now() + codeTtl
      const { code, token } = issued
      await outbox.enqueue(tx, topic, { number, code, token, until }, until)
      return issued.ticket
    })
    outbox.wake()
    return { ticket, expiresIn: toSeconds(codeTtl), delayed: !texts.isDelivering() }
  }

  async function deliver(tx: Queryable, payload: Record<string, unknown>): Promise<void> {
    const { number, code, token, until } = payload as {
      number: string
      code: string
      token: string
      until: number
    }
    const phone = await findOwner(tx, number)
    // From now on an event that ends the account's codes ends this one.
    if (phone) await challenges.bind(tx, token, phone.userId)
    if (phone) await texts.sendCode(tx, { to: number, code, validUntil: until })
  }

  /** Returns the number's owner, if the number may sign in. */
  async function findOwner(db: Queryable, number: string): Promise<PhoneRecord | null> {
    const phone = await findPhoneByNumber(db, number)
    if (!phone || phone.provenAt + limit.provenFor <= ports.now()) return null
    const account = await findAccount(db, phone.userId)
    // As with a password (ASVS V6.3.4): where addresses must be verified, a number does not bypass that.
    return account && signInBarrier(account, config) === null ? phone : null
  }

  async function verify(
    answer: { ticket: string; code: string },
    how: SignInRequest,
    request: RequestContext,
  ): Promise<SignInStep> {
    const waiting = await pendingCodes.find(db, purpose, answer.ticket)
    const number = String(waiting?.payload['number'])
    const userId = (waiting && (await findPhoneByNumber(db, number)))?.userId ?? null
    const hits = await codeGuesses.take(waiting && { userId, subject: number }, request)
    const challenge = await pendingCodes.attemptCode(db, purpose, answer)
    const phone = challenge && (await findOwner(db, number))
    if (!phone) throw refuse('wrong code', userId, request)
    const stillValid = async (tx: Queryable): Promise<boolean> => {
      // The number may have been removed, or moved to another account.
      if ((await findPhone(tx, phone.userId))?.number !== number) return false
      return await challenges.consumeTicket(tx, purpose, challenge.ticket)
    }
    const step = await proceed({ userId: phone.userId, method: purpose, amr, stillValid, ...how })
    await touchPhone(db, phone, ports.now())
    await codeGuesses.forgive(hits)
    return step

    async function proceed(proof: Parameters<typeof signIn.proceed>[0]): Promise<SignInStep> {
      try {
        return await signIn.proceed(proof, request)
      } catch (error) {
        if (!(error instanceof AuthError) || error.code !== 'invalid_credentials') throw error
        throw refuse('changed during sign-in', proof.userId, request)
      }
    }
  }

  function refuse(reason: string, userId: PhoneRecord['userId'] | null, request: RequestContext): AuthError {
    audit.record({ kind: 'login.failed', userId, ...originOf(request), detail: { reason } })
    return new AuthError('challenge_invalid', { log: { reason, userId } })
  }
}
