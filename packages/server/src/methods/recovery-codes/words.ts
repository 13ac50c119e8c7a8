import { defineWords } from '../../page-kit/words/define-words.ts'

/** What the pages say of recovery codes. */
export const words = defineWords({
  en: {
    factor: 'a recovery code',
  },
  de: {
    factor: 'ein Wiederherstellungscode',
  },
  es: {
    factor: 'un código de recuperación',
  },
  fr: {
    factor: 'un code de secours',
  },
  ja: {
    factor: 'リカバリーコード',
  },
  pt: {
    factor: 'um código de recuperação',
  },
})
