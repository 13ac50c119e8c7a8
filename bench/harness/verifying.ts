import type { Verifier } from '../verifiers/verifier.ts'
import { Child } from './child.ts'
import type { TokenIssuer } from './token-issuer.ts'
import type { Order, Report } from './verifying-process.ts'

/** A process that verifies tokens with one library, on one core, from what is published and not from the sources. */
export class Verifying extends Child<Order, Report> {
  readonly name: string

  constructor({ name }: Verifier) {
    super(new URL('verifying-process.ts', import.meta.url), { oneCore: true, node: ['--expose-gc'] })
    this.name = name
  }
}

/** Starts one for each verifier, lets `compete` have them, and clears away. */
export async function withVerifying<T>(
  verifiers: readonly Verifier[],
  issuer: TokenIssuer,
  compete: (contenders: Verifying[]) => Promise<T>,
): Promise<T> {
  const { algorithm } = issuer.facts
  const able = verifiers.filter(({ algorithms }) => algorithms.includes(algorithm))
  const contenders = able.map((verifier) => new Verifying(verifier))
  try {
    for (const one of contenders) await one.order({ do: 'open', verifier: one.name, issuer: issuer.facts })
    return await compete(contenders)
  } finally {
    for (const one of contenders) one.stop()
  }
}
