import type { Messages } from '../base/locale/messages.ts'

/** The server's label ("Firefox on Linux", in English everywhere) as the reader's language puts it. */
export function deviceName(label: string, t: Messages): string {
  if (label === 'Unknown device') return t.devices.unknown
  const [, browser, system] = /^(.+) on (.+)$/.exec(label) ?? []
  return browser && system ? t.devices.on(browser, system) : label
}
