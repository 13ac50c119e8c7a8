import type { AccessClaims } from 'latchkey'

declare global {
  namespace Express {
    interface Request {
      /** Set by `requireSession`, which lets nobody pass without. */
      auth: AccessClaims
    }
  }
}
