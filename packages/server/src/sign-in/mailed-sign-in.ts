import { createGuesses } from '../core/limits/guesses.ts'
import { mailing } from './codes/code-limits.ts'
import type { Challenge } from '../core/challenges/challenge.ts'
import { type RequestContext } from '../core/request/request-context.ts'
import type { Account } from '../identity/users/account.ts'
import type { SignInRequest } from './first-proof.ts'
import type { SignInStep } from './sign-in-step.ts'
import { ask, send } from './ask-by-mail.ts'
import { enter, guessed } from './enter-by-mail.ts'
import type {
  CodeRequested,
  MailedSignInNeeds,
  MailedSignInOptions,
  MailedSignInServices,
} from './mailed-sign-in-needs.ts'

/** Signing in by what was sent to an address: as the owner of its account or, where that is allowed, of a new one. */
export interface MailedSignIn {
  /**
   * Promises a mail, for any address. Earlier `tickets` of the same asker are no longer valid. Throws `invalid_input`,
   * `rate_limited`.
   */
  ask(email: string, tickets: readonly string[], request: RequestContext): Promise<CodeRequested>
  /** Signs in the caller who answered the challenge, and uses it up. Throws `challenge_invalid`. */
  enter(challenge: Challenge, how: SignInRequest, request: RequestContext): Promise<SignInStep>
  /** Returns the user and the subject by which guesses of a challenge are counted. */
  guessed(challenge: Challenge | null): Promise<{ userId: Account['id'] | null; subject: string } | null>
}

export function createMailedSignIn(below: MailedSignInServices, options: MailedSignInOptions): MailedSignIn {
  const { config, limits, knownDevices, outbox } = below
  const services: MailedSignInNeeds = {
    ...below,
    ...options,
    asking: createGuesses(limits, knownDevices, mailing),
    opensAccounts: config.passwordlessSignUp && config.registration === 'open',
    topic: `${options.method}-asked`,
  }
  outbox.registerTask(services.topic, (tx, payload) => send(services, tx, payload))
  return {
    ask: (email, tickets, request) => ask(services, email, tickets, request),
    enter: (challenge, how, request) => enter(services, challenge, how, request),
    guessed: (challenge) => guessed(services, challenge),
  }
}
