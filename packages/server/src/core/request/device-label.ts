import { parse } from 'bowser'

/** "Firefox on Linux", for a list of devices; "Unknown device" if the user agent names none. */
export function deviceLabel(userAgent: string | null): string {
  if (!userAgent) return 'Unknown device'
  const { browser, os } = parse(userAgent)
  if (browser.name && os.name) return `${browser.name} on ${os.name}`
  return browser.name || os.name || userAgent.split(/[ /(]/, 1)[0] || 'Unknown device'
}
