import type { Ask, Authorized } from '../session/authorized.ts'
import type { ApiCall } from '../transport/api.ts'
import { AuthClientError } from '../wire/errors.ts'
import type { MethodContext } from './method.ts'
import type { AnySignedIn } from '../wire/wire.ts'

const signedOut = () => new AuthClientError('signed_out', 'Nobody is signed in.')

/** A call without a token. */
export const openCall = <Answer>({ api }: MethodContext, path: string, request: ApiCall): Promise<Answer> =>
  api(path, request)

/** A call with the access token; refused, it is sent once more after a refresh or a step-up. */
export const call = <Answer>(
  { api, authorized }: MethodContext,
  path: string,
  request: ApiCall = {},
): Promise<Answer> =>
  sendTwice(
    authorized,
    (bearer) => api<Answer>(path, { ...request, bearer }),
    // The user's input is refused, not the token: sent again, one wrong code would count twice.
    ({ status, code }) => status === 401 && !/credentials|factor|passkey/.test(code),
  )

async function sendTwice<Answer>(
  authorized: Authorized,
  work: (bearer: string) => Promise<Answer>,
  isOutdated: (error: AuthClientError) => boolean,
): Promise<Answer> {
  const send = (bearer: string | null) => {
    if (bearer === null) throw signedOut()
    return work(bearer).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
  }
  const asks = (sent: Awaited<ReturnType<typeof send>>): Ask | null => {
    if (!('error' in sent) || !(sent.error instanceof AuthClientError)) return null
    if (sent.error.code === 'insufficient_user_authentication') return sent.error.stepUp
    return isOutdated(sent.error) ? 'refresh' : null
  }
  const outcome = await authorized.withToken(send, asks)
  if ('error' in outcome) throw outcome.error
  return outcome.answer
}

/** A call that may sign in. Pays what is owed first, and takes its turn: a refresh under way would set an older cookie. */
export async function enter<Answer>(
  { api, session, tabs, events }: MethodContext,
  path: string,
  body: object,
): Promise<Answer | AnySignedIn> {
  const answer = await tabs.inTurn(async () => {
    await session.retryLogout()
    const answer = await api<Answer | AnySignedIn>(path, { body })
    if (session.isSignedIn(answer)) await session.signedIn(answer)
    return answer
  })
  if (session.isSignedIn(answer)) events.emit('signed-in', { user: answer.user })
  return answer
}

/**
 * A call that raises the session and gives it a new refresh token. Outdated, it refreshes and tries once more; weak, it has
 * the user step up.
 */
export const elevate = <Answer>(
  { authorized, session, tabs }: MethodContext,
  path: string,
  body: object,
): Promise<Answer | AnySignedIn | undefined> =>
  sendTwice(
    authorized,
    (bearer) => tabs.inTurn(() => session.present<Answer | AnySignedIn | undefined>(path, body, bearer)),
    ({ code }) => outdated.has(code),
  )

/** After these a newer access or refresh token may do; what the user typed is wrong again with another one. */
const outdated = new Set(['refresh_token_outdated', 'token_expired', 'token_revoked', 'invalid_token'])
