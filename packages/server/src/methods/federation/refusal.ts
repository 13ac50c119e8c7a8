import { AuthError } from '../../core/auth-error.ts'

/** A refusal on the way back, with the place where the person wanted to go: the page that says so leads on from there. */
export class FederationRefusal extends AuthError {
  readonly returnTo: string | null

  constructor({ code, options }: AuthError, returnTo: string | null) {
    super(code, options)
    this.returnTo = returnTo
  }
}
