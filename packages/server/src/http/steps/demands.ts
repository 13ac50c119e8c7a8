import type { Demands } from '../../sign-in/demands.ts'
import type { Step } from '../exchange.ts'

/** Checks the route's demands on an authenticated caller: the columns of the contract. */
export function createDemandsStep(demands: Demands): Step {
  return ({ caller, contract }) => {
    if (caller && contract.asks) return demands.require(caller, contract.asks)
  }
}
