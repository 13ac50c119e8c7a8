import { accepted, type BearerCode, type Result, resultOf } from '../wire/errors.ts'
import { call } from './call.ts'
import type { Method } from './method.ts'
import type { CodeRequested, Phone } from '../wire/wire.ts'

/** Every call answers `{ data, error }` and throws nothing; all but `get` ask for a fresh sign-in. */
export interface PhoneApi {
  get(): Promise<Result<Phone | null, BearerCode>>
  /** Has a code sent to a number that is to be the user's. */
  send(input: { number: string }): Promise<Result<CodeRequested, 'phone_not_supported' | BearerCode>>
  /** The number counts from now on, in the place of an older one. */
  verify(input: { ticket: string; code: string }): Promise<Result<Phone, 'challenge_invalid' | BearerCode>>
  setSecondFactor(isWanted: boolean): Promise<Result<Phone, 'phone_not_found' | BearerCode>>
  remove(): Promise<Result<true, 'phone_not_found' | 'last_credential' | BearerCode>>
}

/** The phone number of the user. */
export const phone = (): Method<'phone', PhoneApi> => ({
  name: 'phone',
  create: (context) => ({
    get: () =>
      resultOf(async () => (await call<{ phone: Phone | null }>(context, '/phone', { method: 'GET' })).phone),
    send: (input) => resultOf(() => call(context, '/phone/send', { body: input })),
    verify: (input) => resultOf(() => call(context, '/phone/verify', { body: input })),
    setSecondFactor: (isWanted) =>
      resultOf(() => call(context, '/phone', { method: 'PATCH', body: { secondFactor: isWanted } })),
    remove: () => accepted(() => call(context, '/phone', { method: 'DELETE' })),
  }),
})
