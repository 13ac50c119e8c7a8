import { type Language, languageOf } from './languages.ts'

/** Times as people of a language write them, in the time zone of this device. */
export interface Format {
  /** 21 November 2026 */
  date(at: string | number): string
  /** 21 Nov 2026, 14:30 */
  dateTime(at: string | number): string
  /** 14:30 */
  time(at: string | number): string
  /** 3 hours ago; beyond a week the date. */
  ago(at: string | number): string
}

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

export function createFormat(language: Language): Format {
  // British readers of English get their own dates.
  const tag = navigator.languages.find((tag) => languageOf(tag) === language) ?? language
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'long' })
  const dateTime = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })
  const time = new Intl.DateTimeFormat(tag, { timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  return {
    date: (at) => date.format(new Date(at)),
    dateTime: (at) => dateTime.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    ago(at) {
      const passed = Math.max(0, Date.now() - new Date(at).getTime())
      if (passed < minute) return relative.format(0, 'second')
      if (passed < hour) return relative.format(-Math.floor(passed / minute), 'minute')
      if (passed < day) return relative.format(-Math.floor(passed / hour), 'hour')
      if (passed < 7 * day) return relative.format(-Math.floor(passed / day), 'day')
      return date.format(new Date(at))
    },
  }
}
