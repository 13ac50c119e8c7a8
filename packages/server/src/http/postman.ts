import type { JsonSchema, OpenApi, Operation, Parameter } from './open-api/document.ts'

/** A Postman collection, format 2.1. */
export interface PostmanCollection {
  info: { name: string; description: string; schema: string }
  auth: PostmanAuth
  variable: { key: string; value: string }[]
  item: PostmanFolder[]
}

interface PostmanFolder {
  name: string
  item: PostmanItem[]
}

interface PostmanItem {
  name: string
  request: {
    method: string
    description: string
    auth?: PostmanAuth
    header: PostmanPair[]
    url: { raw: string; host: string[]; path: string[]; query: PostmanPair[]; variable: PostmanPair[] }
    body?:
      | { mode: 'raw'; raw: string; options: { raw: { language: 'json' } } }
      | { mode: 'urlencoded'; urlencoded: PostmanPair[] }
  }
  event?: { listen: 'test'; script: { type: 'text/javascript'; exec: string[] } }[]
  response: []
}

interface PostmanPair {
  key: string
  value: string
  description?: string
  disabled?: boolean
}

type PostmanAuth =
  | { type: 'noauth' }
  | { type: 'bearer'; bearer: { key: 'token'; value: string; type: 'string' }[] }

/** The collection of an OpenAPI document: a folder for each tag; a sign-in keeps its access token for the others. */
export function toPostmanCollection(openApi: OpenApi): PostmanCollection {
  const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  return {
    info: {
      name: openApi.info.title,
      description: openApi.info.description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: openApi.servers[0]?.url ?? '' },
      { key: 'accessToken', value: '' },
      { key: 'apiKey', value: '' },
    ],
    item: openApi.tags.map(({ name }) => ({
      name,
      item: operations.filter(({ operation }) => operation.tags.includes(name)).map(toItem),
    })),
  }
}

function toItem({
  path,
  method,
  operation,
}: {
  path: string
  method: string
  operation: Operation
}): PostmanItem {
  const { parameters = [], requestBody, summary, description = summary } = operation
  const pairs = (place: Parameter['in']) => parameters.filter((each) => each.in === place).map(toPair)
  const segments = path.slice(1).replaceAll(/\{(\w+)\}/g, ':$1')
  const body = requestBody?.content['application/json']
  const form = requestBody?.content['application/x-www-form-urlencoded']
  return {
    name: summary,
    request: {
      method: method.toUpperCase(),
      description,
      ...authOf(operation),
      header: [...(body ? [{ key: 'Content-Type', value: 'application/json' }] : []), ...pairs('header')],
      url: {
        raw: `{{baseUrl}}/${segments}`,
        host: ['{{baseUrl}}'],
        path: segments.split('/'),
        query: pairs('query'),
        variable: pairs('path'),
      },
      ...(body && {
        body: {
          mode: 'raw' as const,
          raw: requestBody?.required ? JSON.stringify(body.example ?? {}, null, 2) : '',
          options: { raw: { language: 'json' as const } },
        },
      }),
      ...(form && { body: { mode: 'urlencoded' as const, urlencoded: pairsOf(form.example) } }),
    },
    ...(answersWithTokens(operation) && { event: [keepAccessToken] }),
    response: [],
  }
}

const toPair = ({ name, description, required, example, schema }: Parameter): PostmanPair => ({
  key: name,
  value: textOf(example ?? schema.default ?? ''),
  ...(description !== undefined && { description }),
  ...(!required && { disabled: true }),
})

const pairsOf = (fields: unknown): PostmanPair[] =>
  Object.entries(fields as Record<string, unknown>).map(([key, value]) => ({ key, value: textOf(value) }))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Nothing for operations that take an access token: theirs stands above all of them. */
function authOf({ security }: Operation): { auth?: PostmanAuth } {
  if (security.some((way) => 'accessToken' in way)) return {}
  if (!security.some((way) => 'apiKey' in way)) return { auth: { type: 'noauth' } }
  return { auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{apiKey}}', type: 'string' }] } }
}

const answersWithTokens = ({ responses }: Operation): boolean =>
  Object.values(responses).some(({ content }) => isSignedIn(content?.['application/json']?.schema))

const isSignedIn = (schema: JsonSchema | undefined): boolean =>
  schema?.$ref === '#/components/schemas/SignedIn' || (schema?.anyOf?.some(isSignedIn) ?? false)

const keepAccessToken = {
  listen: 'test' as const,
  script: {
    type: 'text/javascript' as const,
    exec: [
      'const { accessToken } = pm.response.code < 300 ? pm.response.json() : {}',
      "if (accessToken) pm.collectionVariables.set('accessToken', accessToken)",
    ],
  },
}
