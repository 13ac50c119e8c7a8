/** What one look found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  check: string
  status: 'ok' | 'warn' | 'fail'
  sentence: string
  /** What to do about it. */
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
