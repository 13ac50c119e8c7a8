/*
 * Preferences of a user on this device: in cookies, so that pages rendered by the server look and speak the same. They
 * are no secrets, and no decision depends on them.
 */
const oneYear = 365 * 24 * 60 * 60

export type Theme = 'system' | 'light' | 'dark'
export const themes: readonly Theme[] = ['system', 'light', 'dark']

export function readTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

export function keepTheme(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset['theme']
  else dataset['theme'] = theme
  setCookie('latchkey-theme', theme === 'system' ? null : theme)
}

export const keepLanguageCookie = (language: string): void => setCookie('latchkey-language', language)

function setCookie(name: string, value: string | null): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  const lifetime = value === null ? 0 : oneYear
  // oxlint-disable-next-line unicorn/no-document-cookie -- CookieStore is missing in older browsers and on plain http
  document.cookie = `${name}=${value ?? ''}; Path=/; SameSite=Lax; Max-Age=${lifetime}${secure}`
}
