import { accepted, type BearerCode, type Result, resultOf } from '../errors.ts'
import type { Method } from '../method.ts'
import type { ActivityEvent, Device, User } from '../wire.ts'

/** The registration was begun elsewhere: its password is not trusted, `reset` sets one with this token. */
export interface SetPassword {
  next: 'set_password'
  token: string
}

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
  /** Asks for a fresh sign-in; the new address counts once its mail is answered. */
  changeEmail(input: { email: string }): Promise<Result<true, BearerCode>>
  devices(): Promise<Result<Device[], BearerCode>>
  endDevice(id: string): Promise<Result<true, 'session_not_found' | BearerCode>>
  /** Newest first. */
  activity(page?: {
    cursor?: string
    limit?: number
  }): Promise<Result<{ items: ActivityEvent[]; nextCursor: string | null }, BearerCode>>
}

/** What people do with their own account. */
export const account = (): Method<'account', AccountApi> => ({
  name: 'account',
  create: ({ api, authorized, renew }) => ({
    get: () => resultOf(() => authorized.call('/me', { method: 'GET' })),
    update: (change) =>
      resultOf(async () => {
        const user = await authorized.call<User>('/me', { method: 'PATCH', body: change })
        await renew()
        return user
      }),
    delete: () =>
      accepted(async () => {
        await authorized.call('/me', { method: 'DELETE' })
        // Refused, and so signed out everywhere.
        await renew()
      }),
    export: () => resultOf(() => authorized.call('/me/export', { method: 'GET' })),
    verifyEmail: (proof) =>
      resultOf(async () => {
        const needsUser = 'code' in proof && proof.ticket === undefined
        const answer = await (needsUser ? authorized.call : api)<SetPassword | undefined>('/verify-email', {
          body: proof,
        })
        if (needsUser) await renew()
        return answer ?? { next: 'done' }
      }),
    sendVerification: () => accepted(() => authorized.call('/verify-email/send')),
    changeEmail: (input) => accepted(() => authorized.call('/change-email', { body: input })),
    devices: () =>
      resultOf(
        async () => (await authorized.call<{ items: Device[] }>('/sessions', { method: 'GET' })).items,
      ),
    endDevice: (id) =>
      accepted(() => authorized.call(`/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' })),
    activity: (page = {}) =>
      resultOf(() => authorized.call(`/activity${queryOf({ ...page })}`, { method: 'GET' })),
  }),
})

function queryOf(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
