/** The part of OpenAPI 3.1 that Latchkey writes and reads. */
export interface OpenApi {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string; description?: string }[]
  tags: { name: string; description?: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    examples: Record<string, { summary?: string; value: unknown }>
    headers: Record<string, Header>
    securitySchemes: Record<string, Record<string, unknown>>
  }
}

/** JSON Schema 2020-12, the keywords that zod writes. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  propertyNames?: JsonSchema
  items?: JsonSchema
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  maxItems?: number
  default?: unknown
  examples?: unknown[]
  description?: string
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, MediaType> }
  responses: Record<string, Response>
  security: Record<string, string[]>[]
  /** The callers that are allowed: the column of the server's pipeline. */
  'x-access': string
  /** The kinds of callers that may come, with the scope that some need. */
  'x-callers'?: Record<string, { scope?: string }>
  /** The permission that the caller's roles must give. */
  'x-permission'?: string
  /** Largest age of the sign-in, in seconds. */
  'x-max-age'?: number
  /** Requires a verified second factor, if the account has one. */
  'x-second-factor'?: true
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
  example?: unknown
}

export interface Response {
  description: string
  headers?: Record<string, { $ref: string }>
  content?: Record<string, MediaType>
}

export interface MediaType {
  schema: JsonSchema
  example?: unknown
  examples?: Record<string, { $ref: string }>
}

export interface Header {
  description: string
  schema: JsonSchema
}
