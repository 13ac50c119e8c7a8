import type { SignOutReason } from '../transport/events.ts'
import { signedOut } from '../transport/state.ts'
import type { User, WireSession } from '../wire/wire.ts'
import { isHintGone } from './blocked-cookies.ts'
import { ask } from './session-clock.ts'
import type { SessionContext } from './session-context.ts'

/** Finds out once if there is a session. */
export const start = (context: SessionContext): Promise<void> =>
  (context.started ??= begin(context).catch((error: unknown) => {
    // Asked again on the next occasion; meanwhile the timer tries.
    context.started = undefined
    throw error
  }))

async function begin(context: SessionContext): Promise<void> {
  if (context.kept || context.state.get().status === 'signed-out') return
  if (await context.storage.load('pending-logout')) {
    end(context, 'logout')
    await context.comeBack()
  } else if (context.usesCookies ? !isHintGone(context) : await context.storage.load('seen'))
    await ask(context)
  else end(context, 'no_session')
}

/** Forgets earlier answers, after a sign-in or sign-out here. */
export function startAnew(context: SessionContext): void {
  context.signInCount++
  context.started = Promise.resolve()
  context.kept = undefined
}

/** Takes over a session that another tab tells of: `keep` is called unless it is late. */
export function takeOver(
  context: SessionContext,
  { session: { id }, user }: { session: WireSession; user: User },
  keep: () => void,
): void {
  const { status, session: held } = context.state.get()
  // Ids are UUIDv7: a later session has a greater one.
  if (id === context.ended || (held && id < held.id)) return
  if (held?.id !== id) context.signInCount++
  context.started = Promise.resolve()
  keep()
  if (status === 'signed-out') context.events.emit('signed-in', { user })
}

/** Signs out here. */
export function end(context: SessionContext, reason: SignOutReason): void {
  const { status, session } = context.state.get()
  startAnew(context)
  context.ended = session?.id ?? context.ended
  clearTimeout(context.timer)
  context.state.set(signedOut)
  if (status === 'signed-in') context.events.emit('signed-out', { reason })
}

export function dispose(context: SessionContext): void {
  context.signInCount++
  clearTimeout(context.timer)
  context.disposal.abort()
  context.tabs.close()
}
