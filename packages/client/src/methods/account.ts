import { accepted, type BearerCode, type Result, resultOf } from '../wire/errors.ts'
import { call, openCall } from './call.ts'
import type { Method } from './method.ts'
import type { ActivityEvent, Device, User } from '../wire/wire.ts'

/** The registration began elsewhere: its password is not trusted, `reset` sets one with this token. */
export interface SetPassword {
  next: 'set_password'
  token: string
}

/** Every call answers `{ data, error }` and throws nothing; what asks for a fresh sign-in emits `step-up` first. */
export interface AccountApi {
  get(): Promise<Result<User, BearerCode>>
  update(change: { name?: string | null; locale?: string | null }): Promise<Result<User, BearerCode>>
  /** Asks for a fresh sign-in. Signs out. */
  delete(): Promise<Result<true, 'last_administrator' | BearerCode>>
  /** Everything the server holds about the user; asks for a fresh sign-in. */
  export(): Promise<Result<Record<string, unknown>, BearerCode>>
  /** By the token of the link, the code with the ticket of a registration, or the code alone when signed in. */
  verifyEmail(
    proof: { token: string; ticket?: string } | { code: string; ticket?: string },
  ): Promise<Result<{ next: 'done' } | SetPassword, 'challenge_invalid' | 'email_taken' | BearerCode>>
  sendVerification(): Promise<Result<true, BearerCode>>
  /** Asks for a fresh sign-in; the new address counts once it is verified. */
  changeEmail(input: { email: string }): Promise<Result<true, BearerCode>>
  /** The newest sign-in first. */
  devices(page?: PageRequest): Promise<Result<Page<Device>, BearerCode>>
  endDevice(id: string): Promise<Result<true, 'session_not_found' | BearerCode>>
  /** Newest first. */
  activity(page?: PageRequest): Promise<Result<Page<ActivityEvent>, BearerCode>>
}

export interface PageRequest {
  /** The `nextCursor` of the page before. */
  cursor?: string
  limit?: number
}

export interface Page<Item> {
  items: Item[]
  /** Null at the end. */
  nextCursor: string | null
}

/** The calls by which people keep their own account. */
export const account = (): Method<'account', AccountApi> => ({
  name: 'account',
  create: (context) => ({
    get: () => resultOf(() => call(context, '/me', { method: 'GET' })),
    update: (change) =>
      resultOf(async () => {
        const user = await call<User>(context, '/me', { method: 'PATCH', body: change })
        await context.renew()
        return user
      }),
    delete: () =>
      accepted(async () => {
        await call(context, '/me', { method: 'DELETE' })
        await context.session.signOut('this')
      }),
    export: () => resultOf(() => call(context, '/me/export', { method: 'GET' })),
    verifyEmail: (proof) =>
      resultOf(async () => {
        const needsUser = 'code' in proof && proof.ticket === undefined
        const send = needsUser ? call : openCall
        const answer = await send<SetPassword | undefined>(context, '/verify-email', { body: proof })
        if (needsUser) await context.renew()
        return answer ?? { next: 'done' }
      }),
    sendVerification: () => accepted(() => call(context, '/verify-email/send')),
    changeEmail: (input) => accepted(() => call(context, '/change-email', { body: input })),
    devices: (page = {}) =>
      resultOf(() => call(context, `/sessions${queryOf({ ...page })}`, { method: 'GET' })),
    endDevice: (id) =>
      accepted(() => call(context, `/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' })),
    activity: (page = {}) =>
      resultOf(() => call(context, `/activity${queryOf({ ...page })}`, { method: 'GET' })),
  }),
})

function queryOf(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
