import { call } from './call.ts'
import { type BearerCode, type Result, resultOf } from '../wire/errors.ts'
import type { Method } from './method.ts'

export interface RecoveryCodesApi {
  /** New codes, shown this once; the old ones end. Asks for a second factor. */
  renew(): Promise<Result<string[], 'factor_not_found' | BearerCode>>
}

/** Codes on paper for users who have lost the second factor. */
export const recoveryCodes = (): Method<'recoveryCodes', RecoveryCodesApi> => ({
  name: 'recoveryCodes',
  create: (context) => ({
    renew: () => resultOf(async () => (await call<{ codes: string[] }>(context, '/recovery-codes')).codes),
  }),
})
