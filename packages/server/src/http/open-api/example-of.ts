import type { JsonSchema } from './document.ts'

/** Realistic values for fields whose schema has no example. */
const byName: Record<string, unknown> = {
  accessToken: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…',
  refreshToken: 'lkr_AQE…',
  token: 'the-token-of-the-link',
  ticket: 'the-ticket-of-the-answer',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  expiresIn: 900,
  generation: 1,
  aal: 1,
  amr: ['pwd'],
  roles: ['admin'],
  permissions: ['users:read'],
  locale: 'en',
  label: 'Firefox on Linux',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ip: '192.0.2.7',
  kind: 'session.started',
  hash: 'q7D2mZxW0v1Jb0Yt',
  role: 'support',
  nextCursor: null,
  disabledAt: null,
  newPassword: 'seven quiet otters swim',
}

/** A value that the schema accepts, for readers. Optional fields of input are left out. */
export function exampleOf(schema: JsonSchema, named: Record<string, JsonSchema>, name = ''): unknown {
  if (schema.$ref) return exampleOf(named[schema.$ref.split('/').at(-1) as string] ?? {}, named)
  if (schema.const !== undefined) return schema.const
  if (schema.type === 'object') return exampleObject(schema, named)
  if (schema.examples) return schema.examples[0]
  if (name in byName && !(name === 'name' && schema.pattern) && !schema.enum) return byName[name]
  if (schema.default !== undefined) return schema.default
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return exampleOf(schema.anyOf[0] as JsonSchema, named, name)
  return exampleOfType(schema, named, name)
}

function exampleObject(
  { properties, required = [], additionalProperties, examples }: JsonSchema,
  named: Record<string, JsonSchema>,
) {
  if (examples) return examples[0]
  if (!properties)
    return typeof additionalProperties === 'object'
      ? { database: exampleOf(additionalProperties, named) }
      : {}
  // An object that allows no other fields is input: only required fields.
  const isInput = additionalProperties === false
  const shown = Object.entries(properties).filter(([field]) => !isInput || required.includes(field))
  const fields = shown.length > 0 ? shown : Object.entries(properties).slice(0, 1)
  return Object.fromEntries(fields.map(([field, schema]) => [field, exampleOf(schema, named, field)]))
}

function exampleOfType(
  { type, items, minimum, pattern }: JsonSchema,
  named: Record<string, JsonSchema>,
  name: string,
): unknown {
  switch (String(Array.isArray(type) ? type[0] : type)) {
    case 'array':
      return items ? [exampleOf(items, named, name.replace(/s$/, ''))] : []
    case 'integer':
    case 'number':
      return minimum ?? 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return pattern?.startsWith('^[a-z][a-z0-9_-]{0,63}') ? 'support' : 'text'
  }
}
