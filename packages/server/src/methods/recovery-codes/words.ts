import { defineWords } from '../../page-kit/words/define-words.ts'

/** The words of the pages on recovery codes. */
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
