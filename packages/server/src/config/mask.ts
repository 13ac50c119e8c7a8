import type { Setting } from './settings.ts'

const longestShown = 100

/** Shows a value in an error message or in `config print`, without any secret that it holds. */
export function mask(value: unknown, secret: Setting['secret']): string {
  if (value === null || value === undefined) return 'nothing'
  if (secret === 'whole') return hidden(value)
  if (typeof value !== 'string') return shorten(maskCredentials(JSON.stringify(value) ?? typeof value))
  if (secret === 'credentials') return maskUrl(value)
  return shorten(JSON.stringify(maskCredentials(value)))
}

function hidden(value: unknown): string {
  if (typeof value === 'string') return `(hidden, ${value.length} characters)`
  return Array.isArray(value) ? `(hidden, ${value.length} in all)` : `(hidden ${typeof value})`
}

// Only the parts that cannot hold a password: a query can (`?password=`), and so can text that is not a URL.
function maskUrl(text: string): string {
  if (/^sqlite:[^@?]*$/.test(text)) return shorten(JSON.stringify(text))
  const url = URL.parse(text)
  if (
    !url ||
    !/^(postgres|postgresql|smtp|smtps):$/.test(url.protocol) ||
    !text.startsWith(`${url.protocol}//`)
  ) {
    return hidden(text)
  }
  const user = url.username || url.password ? '***@' : ''
  return shorten(JSON.stringify(`${url.protocol}//${user}${url.host}${url.pathname}${url.search && '?***'}`))
}

// Greedy up to the last @: a password may hold slashes and further @.
const maskCredentials = (text: string): string =>
  text.replaceAll(/[^\s,]+/g, (word) => {
    const [start, end] = [word.indexOf('//'), word.lastIndexOf('@')]
    return start < 0 || end < start ? word : `${word.slice(0, start)}//***${word.slice(end)}`
  })

const shorten = (text: string): string =>
  text.length <= longestShown ? text : `${text.slice(0, longestShown)}… (${text.length} characters)`
