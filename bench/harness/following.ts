import { Child } from './child.ts'
import type { Order, Report } from './following-process.ts'

/** A service that verifies tokens by itself and follows the revocation feed, in a process of its own. */
export class Following extends Child<Order, Report> {
  constructor() {
    super(new URL('following-process.ts', import.meta.url), { node: ['--expose-gc'] })
  }
}
