import type { Algorithm, IssuerFacts } from '../harness/token-issuer.ts'
import type { TokenShelf } from '../harness/token-shelf.ts'

/** As much of a token's claims as shows that it was read. */
export interface Claims {
  readonly sub?: string | undefined
}

/** Something that verifies tokens in its own process. */
export interface Verifier {
  readonly name: string
  readonly algorithms: readonly Algorithm[]
  /** Told once of the issuer. The tokens are only for limits, which have done their work beforehand. */
  open(issuer: IssuerFacts, tokens: TokenShelf): Promise<OpenVerifier>
}

export interface OpenVerifier {
  /** Throws or rejects what is no good. `turn` is the token's place on the shelf. */
  verify(token: string, turn: number): Claims | Promise<Claims>
  close?(): void
}
