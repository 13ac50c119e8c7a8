import { AuthError } from '../../core/auth-error.ts'

/** A refusal on the way back, with the place where the user wanted to go: the page that shows it leads on there. */
export class FederationRefusal extends AuthError {
  readonly returnTo: string | null

  constructor({ code, options }: AuthError, returnTo: string | null) {
    super(code, options)
    this.returnTo = returnTo
  }
}
