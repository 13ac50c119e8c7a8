import { createBeginSession } from '../sign-in/begin-session.ts'
import { createDemands, type Demands } from '../sign-in/demands.ts'
import { createEnrolments, type Enrolments } from '../sign-in/enrolments.ts'
import type { FactorMethod } from '../sign-in/factor.ts'
import { createSecondFactorPolicy, type SecondFactorPolicy } from '../sign-in/policy.ts'
import { createSecondFactors, type SecondFactors } from '../sign-in/second-factors.ts'
import { createSignIn, type SignIn } from '../sign-in/sign-in.ts'
import { createSignInCookie } from '../sign-in/sign-in-cookie.ts'
import { createTickets } from '../sign-in/tickets.ts'
import type { ReadUserFactors } from '../sign-in/user-factors.ts'
import type { AccountServices } from './create-account-services.ts'
import type { Core } from './create-core.ts'
import type { SessionServices } from './create-session-services.ts'

export interface SignInServices {
  policy: SecondFactorPolicy
  signIn: SignIn
  secondFactors: SecondFactors
  enrolments: Enrolments
  demands: Demands
}

export function createSignInServices(
  below: Core & SessionServices & AccountServices & { readUserFactors: ReadUserFactors },
  methods: readonly FactorMethod[],
): SignInServices {
  const { config, ports } = below
  const secure = config.publicUrl.startsWith('https:')
  const policy = createSecondFactorPolicy(config)
  const signInCookie = createSignInCookie(ports, { secure, sameSite: config.cookieSameSite })
  const tickets = createTickets({ ...below, signInCookie })
  const beginSession = createBeginSession(below)
  const secondFactors = createSecondFactors({ ...below, policy, methods })
  return {
    policy,
    signIn: createSignIn({ ...below, tickets, policy, beginSession, methods }),
    secondFactors,
    enrolments: createEnrolments({ ...below, tickets, secondFactors, beginSession, methods }),
    demands: createDemands({ ...below, secondFactors }),
  }
}
