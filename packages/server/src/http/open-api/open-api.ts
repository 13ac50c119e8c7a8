import {
  errorCatalogue,
  type ErrorCode,
  freshFor,
  type Problem,
  type RouteContract,
  schemas,
  toSeconds,
} from '@latchkey/contract'
import type { z } from 'zod'
import type { MountedRoute } from '../handler.ts'
import type { Header, JsonSchema, MediaType, OpenApi, Operation, Parameter, Response } from './document.ts'
import { cookieName } from '../../core/request/cookie.ts'
import { oauthCodeOf, oauthStatusOf } from '../oauth-error.ts'
import { exampleOf } from './example-of.ts'
import { errorsOf } from './implied-errors.ts'
import { createSchemaComponents, type SchemaComponents } from './schema-components.ts'

export interface DescribeOptions {
  appName: string
  publicUrl: string
}

/** The OpenAPI 3.1 document of an instance, made from the very table that its requests are routed by. */
export function describeRoutes(
  routes: readonly MountedRoute[],
  { appName, publicUrl }: DescribeOptions,
): OpenApi {
  const components = createSchemaComponents()
  const problem = components.output(schemas.problem)
  const describe = createDescriber(components, problem)
  const paths: OpenApi['paths'] = {}
  for (const { path, route } of routes) {
    const operations = (paths[path] ??= {})
    operations[route.contract.method.toLowerCase()] = describe(route.contract)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: `${appName} API`,
      version: '1',
      description: overview,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    tags: tagsOf(routes),
    paths,
    components: {
      schemas: components.named,
      examples: problemExamples(routes),
      headers,
      securitySchemes: securitySchemes(publicUrl.startsWith('https:')),
    },
  }
}

const overview = `Register, log in, refresh, log out, and everything around an account and its sessions.

Bodies are JSON in both directions. Every error is \`application/problem+json\` (RFC 9457) with a \`code\` that never changes its meaning. A client signs its user out on \`no_session\`, \`refresh_token_invalid\`, \`session_expired\`, \`session_revoked\`, \`refresh_token_reused\` and \`user_disabled\`, and on nothing else.`

const tagDescriptions: Record<string, string> = {
  Accounts: 'From registration to deletion: sign in, prove an address, change a password.',
  Sessions: 'One session is one sign-in on one device.',
  Operation: 'For the machines that watch the server, and for those that verify its tokens.',
}

function tagsOf(routes: readonly MountedRoute[]): OpenApi['tags'] {
  const names = new Set(routes.map(({ route }) => route.contract.tag))
  return [...names].map((name) => ({
    name,
    ...(tagDescriptions[name] && { description: tagDescriptions[name] }),
  }))
}

function createDescriber(components: SchemaComponents, problem: JsonSchema) {
  return (contract: RouteContract): Operation => {
    const { id, tag, summary, description, asks, access } = contract
    const parameters = [
      ...parametersIn('path', contract.params),
      ...parametersIn('query', contract.query),
      ...parametersIn('header', contract.headers),
    ]
    return {
      operationId: id,
      tags: [tag],
      summary,
      ...(description !== undefined && { description }),
      ...(parameters.length > 0 && { parameters }),
      ...(contract.body && { requestBody: bodyOf(contract.body, contract) }),
      responses: responsesOf(contract),
      security: [
        ...security[access],
        ...(access === 'bearer' && asks?.callers.apiKey ? security.machine : []),
      ],
      'x-access': access,
      ...(asks && {
        'x-callers': Object.fromEntries(
          Object.entries(asks.callers).map(([kind, scope]) => [kind, scope === true ? {} : { scope }]),
        ),
      }),
      ...(asks?.permission !== undefined && { 'x-permission': asks.permission }),
      ...(asks?.fresh && { 'x-max-age': toSeconds(freshFor) }),
      ...(asks?.strong && { 'x-second-factor': true }),
    }
  }

  function parametersIn(place: Parameter['in'], schema: z.ZodObject | undefined): Parameter[] {
    if (!schema) return []
    const { properties = {}, required = [] } = components.input(schema)
    return Object.entries(properties).map(([name, each]) => ({
      name: place === 'header' ? headerCase(name) : name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(parameterDescriptions[name] && { description: parameterDescriptions[name] }),
      schema: each,
      ...(place === 'path' && { example: exampleOf(each, components.named, place) }),
    }))
  }

  function bodyOf(
    schema: z.ZodType,
    { bodyOptional, protocol }: RouteContract,
  ): NonNullable<Operation['requestBody']> {
    const json = components.input(schema)
    const example = exampleOf(json, components.named)
    const mediaType = protocol === 'oauth' ? 'application/x-www-form-urlencoded' : 'application/json'
    return { required: !bodyOptional, content: { [mediaType]: { schema: json, example } } }
  }

  function responsesOf(contract: RouteContract): Operation['responses'] {
    const responses: Operation['responses'] = {}
    for (const [status, answer] of Object.entries(contract.answers)) responses[status] = answerOf(answer)
    const isOAuth = contract.protocol === 'oauth'
    const statusOf = (code: ErrorCode): number =>
      isOAuth ? oauthStatusOf(code) : errorCatalogue[code].status
    const refusals = Object.entries(Object.groupBy(errorsOf(contract), statusOf))
    for (const [status, codes = []] of refusals) {
      const refusal = isOAuth ? oauthRefusalOf(Number(status), codes) : refusalOf(Number(status), codes)
      const answer = responses[status]
      // The media type tells a refusal from an answer with the same status.
      if (answer) answer.content = { ...answer.content, ...refusal.content }
      else responses[status] = refusal
    }
    return responses
  }

  function answerOf({
    description,
    body,
    mediaType = 'application/json',
  }: RouteContract['answers'][number]): Response {
    const common = { description, headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } } }
    if (!body) return common
    const schema = components.output(body)
    const example = mediaType === 'application/json' ? { example: exampleOf(schema, components.named) } : {}
    return { ...common, content: { [mediaType]: { schema, ...example } } }
  }

  function oauthRefusalOf(status: number, codes: ErrorCode[]): Response {
    const example = {
      error: oauthCodeOf(codes[0]!, status),
      error_description: errorCatalogue[codes[0]!].title,
    }
    return {
      ...refusalOf(status, codes),
      description: codes.map((code) => errorCatalogue[code].title).join('\n\n'),
      content: { 'application/json': { schema: oauthError, example } },
    }
  }

  function refusalOf(status: number, codes: ErrorCode[]): Response {
    const media: MediaType = {
      schema: { ...problem, properties: { status: { const: status }, code: { enum: codes } } },
      examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
    }
    const carried = refusalHeaders[status]
    return {
      description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('\n\n'),
      ...(carried && { headers: { [carried]: { $ref: `#/components/headers/${carried}` } } }),
      content: { 'application/problem+json': media },
    }
  }
}

/** RFC 6749 §5.2. */
const oauthError: JsonSchema = {
  type: 'object',
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
  required: ['error', 'error_description'],
}

const headerCase = (name: string): string => name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())

const parameterDescriptions: Record<string, string> = {
  'refresh-attempt':
    '16 random bytes in base64url, stored before the request is sent and repeated on every try of the same refresh.',
  cursor: 'The `nextCursor` of the page before.',
  limit: 'How many entries at most.',
  since: 'The cursor of the last answer; without it everything that is in force.',
  wait: 'How many seconds to wait for news.',
}

const headers: Record<string, Header> = {
  'X-Request-Id': {
    description: 'Names this request in the log of the server.',
    schema: { type: 'string', examples: ['req_Zm9vYmFyYmF6'] },
  },
  'WWW-Authenticate': {
    description: 'What would be accepted (RFC 6750, RFC 9470).',
    schema: { type: 'string', examples: ['Bearer error="invalid_token"'] },
  },
  'Retry-After': {
    description: 'Seconds to wait before the next try.',
    schema: { type: 'integer', minimum: 0, examples: [30] },
  },
}

const refusalHeaders: Record<number, keyof typeof headers> = {
  401: 'WWW-Authenticate',
  429: 'Retry-After',
  503: 'Retry-After',
}

const security: Record<RouteContract['access'], Operation['security']> = {
  public: [],
  // The empty one: the token may stand in the body instead.
  refresh: [{ refreshCookie: [] }, {}],
  bearer: [{ accessToken: [] }, { sessionCookie: [] }],
  admin: [{ accessToken: [] }, { sessionCookie: [] }],
  machine: [{ apiKey: [] }, { apiKeyHeader: [] }],
  certificate: [{ clientCertificate: [] }],
  operation: [],
}

function securitySchemes(isHttps: boolean): OpenApi['components']['securitySchemes'] {
  const [even, odd] = [cookieName('latchkey-refresh-0', isHttps), cookieName('latchkey-refresh-1', isHttps)]
  return {
    accessToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token (RFC 9068).',
    },
    apiKey: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'lkk_',
      description: 'An API key, in the place of an access token.',
    },
    apiKeyHeader: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
    clientCertificate: { type: 'mutualTLS', description: 'A client certificate (RFC 8705).' },
    refreshCookie: {
      type: 'apiKey',
      in: 'cookie',
      name: even,
      description: `The refresh token, HttpOnly, in \`${even}\` or \`${odd}\` by the parity of its generation; browsers send what there is.`,
    },
    sessionCookie: {
      type: 'apiKey',
      in: 'cookie',
      name: cookieName('latchkey-session', isHttps),
      description: 'A session without tokens (`sessionKind: "cookie"`), HttpOnly.',
    },
  }
}

function problemExamples(routes: readonly MountedRoute[]): OpenApi['components']['examples'] {
  const codes = [...new Set(routes.flatMap(({ route }) => errorsOf(route.contract)))].sort()
  return Object.fromEntries(
    codes.map((code) => [code, { summary: errorCatalogue[code].title, value: toExample(code) }]),
  )
}

function toExample(code: ErrorCode): Problem {
  const { status, title } = errorCatalogue[code]
  const errors =
    code === 'invalid_input'
      ? { errors: [{ path: 'body.email', message: 'must be one e-mail address' }] }
      : {}
  return { type: `/docs#error-${code}`, title, status, code, requestId: 'req_Zm9vYmFyYmF6', ...errors }
}
