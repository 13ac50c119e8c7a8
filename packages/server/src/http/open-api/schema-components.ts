import { z } from 'zod'
import type { JsonSchema } from './document.ts'

/** Turns zod schemas into JSON Schema; those with a name (`meta({ id })`) are collected and referred to. */
export interface SchemaComponents {
  /** Schema of a request: fields with defaults are optional. */
  input(schema: z.ZodType): JsonSchema
  /** Schema of an answer: later releases may add fields. */
  output(schema: z.ZodType): JsonSchema
  /** Every named schema so far. */
  named: Record<string, JsonSchema>
}

export function createSchemaComponents(): SchemaComponents {
  const named: Record<string, JsonSchema> = {}

  return {
    input: (schema) => convert(schema, 'input'),
    output: (schema) => convert(schema, 'output'),
    named,
  }

  function convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // Inside an object a named schema is written as a reference; alone it would be written out.
    const whole = z.toJSONSchema(z.object({ it: schema }), {
      io,
      override: ({ jsonSchema }) => tidy(jsonSchema, io),
    })
    const { properties, $defs = {} } = pointToComponents(whole)
    Object.assign(named, $defs)
    return properties.it
  }
}

/** Removes redundant parts: bounds of every integer, the pattern of a format that has a name. */
function tidy(schema: Record<string, unknown>, io: 'input' | 'output'): void {
  if ('example' in schema) schema.examples = [schema.example]
  delete schema.example
  if (schema.format === 'date-time') delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
}

function pointToComponents(schema: unknown): {
  properties: { it: JsonSchema }
  $defs?: Record<string, JsonSchema>
} {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(text) as ReturnType<typeof pointToComponents>
}
