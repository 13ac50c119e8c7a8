import type { Demands } from '../../sign-in/demands.ts'
import type { Step } from '../exchange.ts'

/** What the route asks of its caller, beyond being somebody: the columns of the contract. */
export function createDemandsStep(demands: Demands): Step {
  return ({ caller, contract }) => {
    if (caller && contract.asks) return demands.require(caller, contract.asks)
  }
}
