import type { Call } from '../transport/api.ts'
import { AuthClientError } from '../wire/errors.ts'
import type { MethodContext } from './method.ts'
import type { AnySignedIn } from '../wire/wire.ts'

const signedOut = () => new AuthClientError('signed_out', 'Nobody is signed in.')

/** A call without a token. */
export const openCall = <Answer>({ api }: MethodContext, path: string, request: Call): Promise<Answer> =>
  api(path, request)

/** A call with the access token; refused, it is sent once more after a refresh or a step-up. */
export async function call<Answer>(
  { api, authorized }: MethodContext,
  path: string,
  request: Call = {},
): Promise<Answer> {
  const send = (bearer: string | null) => {
    if (bearer === null) throw signedOut()
    return api<Answer>(path, { ...request, bearer }).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
  }
  const outcome = await authorized.withToken(send, (sent) => ('error' in sent ? askOf(sent.error) : null))
  if ('error' in outcome) throw outcome.error
  return outcome.answer
}

/** A call that may sign in. Pays what is owed first, and takes its turn: a refresh under way would set an older cookie. */
export async function enter<Answer>(
  { api, keeper, tabs, events }: MethodContext,
  path: string,
  body: object,
): Promise<Answer | AnySignedIn> {
  const answer = await tabs.inTurn(async () => {
    await keeper.payDebt()
    const answer = await api<Answer | AnySignedIn>(path, { body })
    if (keeper.isSignedIn(answer)) await keeper.welcome(answer)
    return answer
  })
  if (keeper.isSignedIn(answer)) events.emit('signed-in', { user: answer.user })
  return answer
}

/** A call that raises the session and gives it a new refresh token. Outdated, it refreshes and tries once more. */
export async function elevate<Answer>(
  { keeper, tabs }: MethodContext,
  path: string,
  body: object,
): Promise<Answer | AnySignedIn | undefined> {
  const bearer = await keeper.token()
  if (bearer === null) throw signedOut()
  const present = (bearer: string) =>
    tabs.inTurn(() => keeper.present<Answer | AnySignedIn | undefined>(path, body, bearer))
  try {
    return await present(bearer)
  } catch (error) {
    const mayDo = error instanceof AuthClientError && outdated.has(error.code)
    const next = mayDo ? await keeper.renewed(bearer) : null
    if (next === null) throw error
    return await present(next)
  }
}

/** After these a newer access or refresh token may do. */
const outdated = new Set(['refresh_token_outdated', 'token_expired', 'token_revoked', 'invalid_token'])

function askOf(error: unknown) {
  if (!(error instanceof AuthClientError)) return null
  if (error.code === 'insufficient_user_authentication') return error.stepUp
  return error.status === 401 ? 'refresh' : null
}
