import type { Dpop } from '../../sessions/bindings/dpop.ts'
import { pathOf } from '../../core/request/incoming.ts'
import type { Step } from '../exchange.ts'

/**
 * Verifies the proof of a key that the request brings, if any (RFC 9449 §4.3). The session that it signs in or
 * refreshes is bound to that key; a bound token is refused without a proof.
 */
export function createProofStep({ prove }: Pick<Dpop, 'prove'>): Step {
  return async ({ incoming, method, contract, context }) => {
    const proof = context.header('dpop')
    const { dpopToken: token } = context
    if (proof === null && token === null) return
    // A proof beside a token of another scheme has no effect; a bound token is refused there.
    const isAlone = contract.access === 'public' || contract.access === 'refresh'
    if (token === null && !isAlone) return
    context.provenKey = await prove({ proof, method, path: pathOf(incoming.target), token })
  }
}
