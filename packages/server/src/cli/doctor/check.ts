/** The result of one check. */
export interface Finding {
  /** The subject of the check, in a word or two. */
  check: string
  status: 'ok' | 'warn' | 'fail'
  sentence: string
  /** The advice to follow. */
  remedy?: string
}

export const ok = (check: string, sentence: string): Finding => ({ check, status: 'ok', sentence })
export const warn = (check: string, sentence: string, remedy: string): Finding => ({
  check,
  status: 'warn',
  sentence,
  remedy,
})
export const fail = (check: string, sentence: string, remedy: string): Finding => ({
  check,
  status: 'fail',
  sentence,
  remedy,
})
