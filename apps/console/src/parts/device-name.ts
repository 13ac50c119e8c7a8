import type { BaseWords } from '../base/words/en.ts'

/** The server's label ("Firefox on Linux", in English everywhere) as the reader's language puts it. */
export function deviceName(label: string, t: BaseWords): string {
  if (label === 'Unknown device') return t.device.unknown
  const [, browser, system] = /^(.+) on (.+)$/.exec(label) ?? []
  return browser && system ? t.device.on(browser, system) : label
}
