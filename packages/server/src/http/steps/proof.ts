import type { Dpop } from '../../sessions/bindings/dpop.ts'
import { pathOf } from '../../core/request/incoming.ts'
import type { Step } from '../exchange.ts'

/**
 * The key that the caller holds, where a proof of it comes along (RFC 9449 §4.3): what is signed in or refreshed by this
 * request is bound to it, and a token that is bound already is refused without.
 */
export function createProofStep({ prove }: Pick<Dpop, 'prove'>): Step {
  return async ({ incoming, method, contract, context }) => {
    const proof = context.header('dpop')
    const { dpopToken: token } = context
    if (proof === null && token === null) return
    // Beside a token of another scheme a proof proves nothing; a bound token is refused there.
    const isAlone = contract.access === 'public' || contract.access === 'refresh'
    if (token === null && !isAlone) return
    context.provenKey = await prove({ proof, method, path: pathOf(incoming.target), token })
  }
}
