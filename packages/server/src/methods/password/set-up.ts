import type { UserId } from '@latchkey/contract'
import { administrator } from '../../accounts/service.ts'
import { AuthError } from '../../core/auth-error.ts'
import { requireEmailAddress } from '../../core/mail/require-email-address.ts'
import { networkOfCaller, originOf, type RequestContext } from '../../core/request/request-context.ts'
import { countOtherAdministrators } from '../../identity/users/store.ts'
import type { SignInRequest, FirstProof } from '../../sign-in/first-proof.ts'
import { mailAmr } from '../../sign-in/options.ts'
import type { SignInStep } from '../../sign-in/sign-in-step.ts'
import { createAccount, newVersion } from './create-account.ts'
import { hashNewPassword, type PasswordContext } from './hash.ts'
import { proofsPerNetwork } from './options.ts'
import type { PasswordServices } from './password-services.ts'
import { proofOf } from './proof.ts'

interface FirstAdministrator extends PasswordContext, Pick<SignInRequest, 'tokenTransport'> {
  token: string
  /** Null where passwords are off. */
  password: string | null
}

/** Makes the first administrator. Throws AuthError `challenge_invalid`, `setup_complete`, and as register. */
export async function setUp(
  services: PasswordServices,
  { token, password, name, ...input }: FirstAdministrator,
  request: RequestContext,
): Promise<SignInStep> {
  const { db, limits, challenges, audit, signIn } = services
  await limits.take(proofsPerNetwork, networkOfCaller(request))
  if ((await countOtherAdministrators(db, null)) > 0) throw new AuthError('setup_complete')
  if (!(await challenges.peek(db, 'set-up', token))) throw new AuthError('challenge_invalid')
  const email = requireEmailAddress(input.email)
  const hash = password === null ? null : await hashNewPassword(services, password, { email, name })
  // Consumed with the account in one transaction: a link that failed on a taken address can be used again.
  const roles = [administrator]
  const toCreate = { email, name, hash, isVerified: true, roles }
  const account = await createAccount(services, toCreate, async (tx, { id }) => {
    if (!(await challenges.consume(tx, 'set-up', token))) throw new AuthError('challenge_invalid')
    // Two processes that start at once have a link each.
    if ((await countOtherAdministrators(tx, id)) > 0) throw new AuthError('setup_complete')
  })
  audit.record({ kind: 'user.created', userId: account.id, ...originOf(request), detail: { roles } })
  const how = { persistent: true, tokenTransport: input.tokenTransport }
  const proof = hash === null ? byLink(account.id) : proofOf(account.id, newVersion, how)
  return await signIn.start({ ...proof, ...how }, request)
}

/** The holder of the first start's link, which is used up. It proves no more than a link in a mail. */
const byLink = (userId: UserId): Pick<FirstProof, 'userId' | 'method' | 'amr' | 'stillValid'> => ({
  userId,
  method: 'set-up',
  amr: [mailAmr],
  stillValid: async () => true,
})
