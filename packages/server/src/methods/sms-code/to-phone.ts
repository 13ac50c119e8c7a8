import type { Phone } from '@latchkey/contract'
import { isoTime } from '../../core/iso-time.ts'
import type { PhoneRecord } from './store.ts'

export const toPhone = ({ number, verifiedAt, secondFactor }: PhoneRecord): Phone => ({
  number,
  verifiedAt: isoTime(verifiedAt),
  secondFactor,
})

/** Enough to recognise it in a mail, which others may read as well. */
export const masked = (number: string): string => `${number.slice(0, 3)}…${number.slice(-3)}`
