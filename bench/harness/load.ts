import { Child } from './child.ts'
import type { Order, Report } from './load-generator.ts'

/** A process that plays the clients of one subject. It keeps their credentials between rounds. */
export class Load extends Child<Order, Report> {
  constructor() {
    super(new URL('load-generator.ts', import.meta.url))
  }
}
