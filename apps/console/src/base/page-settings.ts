/** Reads a setting that the server put into the head of the page. */
const read = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="latchkey-${name}"]`)?.content ?? ''

/** The address of the first-party API, such as `/api/auth`. */
export const apiPath = read('api')
/** The kind of session that a sign-in has left with this browser, or is going to. */
export const sessionKind = read('session') === 'cookie' ? 'cookie' : 'token'
export const appName = read('app-name')
/** True if anybody signs in by password. */
export const hasPasswords = read('passwords') !== 'none'
/** The operator's own logo, instead of mark and name; null if there is none. */
export const logo = read('logo') || null
