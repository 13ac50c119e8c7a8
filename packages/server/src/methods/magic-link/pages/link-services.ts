import type { Config } from '../../../config/config.ts'
import type { Challenge } from '../../../core/challenges/challenge.ts'
import type { MethodServices } from '../../method-services.ts'

export type LinkPageServices = Pick<
  MethodServices,
  'config' | 'db' | 'challenges' | 'pendingCodes' | 'ticketCookies' | 'outbox'
>

export const purpose = 'magic-link'
export const askPath = '/sign-in/magic-link'
export const sentPath = `${askPath}/sent`
export const openPath = `${askPath}/open`

/** True if another browser shows a code, which is typed where the link was asked for. */
export const comparesCodes = ({ magicLinkOtherDevice }: Config): boolean => magicLinkOtherDevice === 'compare'

export const addressOf = ({ payload }: Challenge): string => String(payload['email'])
