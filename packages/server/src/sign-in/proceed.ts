import type { FirstProof } from './first-proof.ts'
import type { UserId } from '@latchkey/contract'
import type { Factor } from './factor.ts'
import { type RequestContext } from '../core/request/request-context.ts'
import type { FactorMethod } from './factor.ts'
import type { SignedInStep, SignInStep, WaitingStep } from './sign-in-step.ts'
import type { SignInNeeds } from './sign-in-needs.ts'

const purpose = 'second-factor'

export async function start(
  services: SignInNeeds,
  proof: FirstProof,
  request: RequestContext,
): Promise<SignInStep> {
  const { db, policy } = services
  const isHeld = proof.aal !== 2 && (await policy.isRequired(db, proof.userId))
  return isHeld ? await holdForEnrolment(services, proof, request) : await startNow(services, proof, request)
}

export async function proceed(
  services: SignInNeeds,
  proof: FirstProof,
  request: RequestContext,
): Promise<SignInStep> {
  const { tickets, policy, trustedDevices } = services
  // Two factors at once: nothing is left to ask.
  if (proof.aal === 2) return await startNow(services, proof, request)
  const { userId, method } = proof
  const { isRequired, factors } = await askedAfter(services, method, userId)
  if (factors.every(({ isBackup }) => isBackup))
    return isRequired
      ? await holdForEnrolment(services, proof, request)
      : await startNow(services, proof, request)
  const canTrust = policy.allowsTrust(isRequired)
  const trust = canTrust ? await trustedDevices.find(request, userId) : null
  if (trust !== null) return await startTrusted(services, proof, trust, request)
  const issued = await tickets.issue(purpose, proof, request)
  const names = factors.map(({ name }) => name)
  // Trust is kept in a cookie; a client that asks for its tokens in the body has no cookies.
  const canTrustDevice = canTrust && proof.tokenTransport !== 'body'
  return { next: 'second_factor', factors: names, canTrustDevice, ...issued }
}

async function startNow(
  services: SignInNeeds,
  proof: FirstProof,
  request: RequestContext,
): Promise<SignedInStep> {
  const { ports, beginSession } = services
  const { amr, aal = 1, tokenTransport } = proof
  const authentication = { amr: [...amr], aal, authenticatedAt: ports.now() }
  const open = await beginSession({ ...proof, authentication }, request)
  return { next: 'done', open, tokenTransport, rememberAs: nameToRemember(proof), cookies: [] }
}

/**
 * Starts the session of a remembered browser, which spares a question but is no factor: it stays at aal1 (NIST SP
 * 800-63B-4 §2.2: AAL2 takes two authentication factors, each time).
 */
async function startTrusted(
  services: SignInNeeds,
  proof: FirstProof,
  trust: Uint8Array,
  request: RequestContext,
): Promise<SignedInStep> {
  const { trustedDevices } = services
  const stillValid: FirstProof['stillValid'] = async (tx) =>
    (await trustedDevices.use(tx, trust)) && (await proof.stillValid(tx))
  return await startNow(services, { ...proof, stillValid }, request)
}

async function holdForEnrolment(
  services: SignInNeeds,
  proof: FirstProof,
  request: RequestContext,
): Promise<WaitingStep> {
  const { tickets, methods } = services
  const issued = await tickets.issue('second-factor-enrolment', proof, request)
  return { next: 'second_factor_enrolment', factors: enrollableOf(methods), ...issued }
}

/**
 * Returns the factors to ask for. Skips the method just used and, where a second factor is required, methods that do
 * not count as one.
 */
export async function askedAfter(
  services: SignInNeeds,
  method: string,
  userId: UserId,
): Promise<{ isRequired: boolean; factors: Factor[] }> {
  const { db, methods, policy, readUserFactors } = services
  const { demands, enrolled } = await readUserFactors(db, userId)
  const isRequired = policy.isDemanded(demands)
  const factors = methods.flatMap((each) => {
    const { factor } = each
    if (!factor || !isBeside(each, method) || (isRequired && factor.isFactor === false)) return []
    return enrolled.has(factor) ? [factor] : []
  })
  return { isRequired, factors }
}

const isBeside = ({ name, factor }: FactorMethod, method: string): boolean =>
  name !== method && !factor?.notAfter?.includes(method)

const nameToRemember = ({ method, rememberAs = method }: FirstProof): string => rememberAs

/** The factors that can be set up at sign-in. */
export const enrollableOf = (methods: readonly FactorMethod[]): string[] =>
  methods.flatMap(({ factor }) => (factor?.enrolment ? [factor.name] : []))
