import { parseInput } from '../../core/request/parse-input.ts'
import { z } from 'zod'
import { AuthError } from '../../core/auth-error.ts'
import { parseStrictJson, StrictJsonError } from '@latchkey/contract/strict-json'
import type { Exchange, Step } from '../exchange.ts'
import { readForm } from '../../core/request/read-form.ts'

const nothing = z.strictObject({})

/** Parses everything that came with the route's schemas; names every field at fault, changes nothing. */
export const readInput: Step = async (exchange) => {
  const { contract, context, pathParams, search } = exchange
  exchange.params = contract.params ? parseInput(contract.params, pathParams, 'path') : undefined
  // Nothing came and nothing is asked for: the case of almost every request.
  if (search !== '' || contract.query) {
    exchange.query = parseInput(contract.query ?? nothing, queryOf(search), 'query')
  }
  exchange.headers = contract.headers
    ? parseInput(contract.headers, headersOf(contract.headers, context), 'header')
    : undefined
  if (exchange.method !== 'GET') exchange.body = await readBody(exchange)
}

/** Reads the values that a page passes in place of a request. */
export const readGiven =
  (given: { params?: unknown; query?: unknown; body?: unknown }): Step =>
  (exchange) => {
    const { contract, context } = exchange
    exchange.params = contract.params && parseInput(contract.params, given.params ?? {}, 'path')
    exchange.query = contract.query && parseInput(contract.query, given.query ?? {}, 'query')
    exchange.headers =
      contract.headers && parseInput(contract.headers, headersOf(contract.headers, context), 'header')
    const isLeftOut = given.body === undefined && contract.bodyOptional
    exchange.body = contract.body && !isLeftOut ? parseInput(contract.body, given.body, 'body') : undefined
  }

async function readBody({ incoming, contract, context }: Exchange): Promise<unknown> {
  if (contract.protocol === 'oauth')
    return parseInput(contract.body ?? nothing, await readForm(incoming), 'body')
  const bytes = await incoming.readBody()
  const schema = contract.body ?? nothing
  if (bytes.length === 0) {
    if (contract.bodyOptional || !contract.body) return undefined
    throw new AuthError('invalid_input', { errors: [{ path: 'body', message: 'is missing' }] })
  }
  if (!isJson(context.header('content-type'))) throw new AuthError('unsupported_media_type')
  return parseInput(schema, parseJson(bytes), 'body')
}

/** `application/json` with any parameters; no `+json`, which forms of other origins could not send but proxies may. */
const isJson = (contentType: string | null): boolean =>
  /^application\/json\s*(;|$)/i.test(contentType?.trim() ?? '')

function parseJson(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const message = error instanceof StrictJsonError ? error.message : 'is not UTF-8'
    throw new AuthError('malformed_json', { errors: [{ path: 'body', message }] })
  }
}

/** The same name twice becomes a list, which no schema of ours takes. */
function queryOf(search: string): Record<string, unknown> {
  const query: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  const parameters = new URLSearchParams(search)
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name)
    query[name] = values.length === 1 ? values[0] : values
  }
  return { ...query }
}

function headersOf(schema: z.ZodObject, { header }: Exchange['context']): Record<string, string> {
  const present = Object.keys(schema.shape).flatMap((name) => {
    const value = header(name)
    return value === null ? [] : [[name, value] as const]
  })
  return Object.fromEntries(present)
}
