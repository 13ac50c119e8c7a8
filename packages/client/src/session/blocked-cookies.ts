import { isOwnOrigin, mayHaveCookies } from '../transport/page.ts'
import { AuthClientError } from '../wire/errors.ts'
import type { SessionContext } from './session-context.ts'

/** Says that the browser keeps no cookies of the server, in the state and as a warning; returns the error. */
export function warnOfBlockedCookies({
  base,
  state,
  events,
}: SessionContext): AuthClientError<'cookies_blocked'> {
  const error = new AuthClientError(
    'cookies_blocked',
    isOwnOrigin(base)
      ? 'The browser keeps no cookies for this site.'
      : `The browser sends no cookies to ${base}: serve both below one domain.`,
  )
  state.set({ error })
  events.emit('warning', error)
  return error
}

/** True if a page can see that the server has set no cookie. */
export const isHintGone = (context: SessionContext): boolean =>
  context.usesCookies && !mayHaveCookies(context.base, context.hint)
