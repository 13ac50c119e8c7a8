import { AuthError } from '../auth-error.ts'
import type { IncomingRequest } from './incoming.ts'

/** The fields of a posted form; one given twice, or not in UTF-8, is refused. */
export async function readForm({
  header,
  readBody,
}: Pick<IncomingRequest, 'header' | 'readBody'>): Promise<Record<string, string>> {
  if (!isForm(header('content-type'))) throw new AuthError('unsupported_media_type')
  const text = decodeText(await readBody())
  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  for (const pair of text === '' ? [] : text.split('&')) {
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    if (name in fields) throw refuse(name, 'is given twice')
    fields[name] = equals < 0 ? '' : decode(pair.slice(equals + 1))
  }
  return { ...fields }
}

const isForm = (type: string | null): boolean =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type?.trim() ?? '')

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse('', 'is not UTF-8')
  }
}

/** Refuses invalid UTF-8, unlike URLSearchParams: otherwise a password would silently become another. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw refuse('', 'is not UTF-8')
  }
}

const refuse = (name: string, message: string): AuthError =>
  new AuthError('invalid_input', { errors: [{ path: name === '' ? 'body' : `body.${name}`, message }] })
