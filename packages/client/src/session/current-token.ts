import { signedInState } from '../transport/state.ts'
import type { SharedAnswer } from '../transport/tabs.ts'
import { claimsIn } from '../wire/base64url.ts'
import type { WireSession } from '../wire/wire.ts'
import { type Lifetime, remaining, startLifetime } from './lifetime.ts'
import { setTimer } from './session-clock.ts'
import type { SessionContext } from './session-context.ts'
import { isNewer } from './session-storage.ts'

/** The access token in memory. It never goes backwards. */
export interface CurrentToken extends Lifetime {
  accessToken: string
  session: WireSession
}

export type TokenContext = SessionContext<CurrentToken> & {
  /** True from a sign-in until its cookie has been seen to arrive. */
  unseen?: boolean
}

export const tokenOf = ({ kept }: TokenContext): string | null => kept?.accessToken ?? null

/** Shows the session and plans the next refresh; an answer older than what is here changes nothing. */
export function keep(
  context: TokenContext,
  { session, user, accessToken, expiresIn }: SharedAnswer,
  age?: number,
): void {
  const { kept } = context
  if (kept && !isNewer(session, kept.session)) return
  context.kept = { accessToken, session, ...startLifetime(expiresIn * 1000, age) }
  const { generation: _, ...visible } = session
  // The claims of RFC 9068 §2.2; none for a token of somebody else.
  const { permissions = [], scope } = claimsIn<{ permissions: string[]; scope: string }>(accessToken)
  context.state.set(signedInState(user, visible, { permissions, scopes: scope?.split(' ') ?? [] }))
  plan(context)
}

/** Plans the next refresh, ahead of expiry and at a random moment. Only while somebody subscribes. */
export function plan(context: TokenContext): void {
  const { kept } = context
  if (context.inPage && kept) setTimer(context, remaining(kept) - kept.length * (0.1 + Math.random() * 0.1))
}

/** True if there is a token and it is good for longer than `margin`, in milliseconds; by default for a request. */
export const lasts = ({ kept }: TokenContext, margin?: number): boolean =>
  !!kept && remaining(kept) > (margin ?? Math.min(10_000, kept.length / 10))
