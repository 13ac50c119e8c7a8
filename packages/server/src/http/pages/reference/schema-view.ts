import { html } from 'hono/html'
import type { JsonSchema } from '../../open-api/document.ts'
import type { Html } from '../../../page-kit/html.ts'
import { inline } from './prose.ts'

/** The fields of a schema, nested ones indented; a named schema is only referred to. */
export function schemaView(schema: JsonSchema): Html {
  const { anyOf, properties, items } = schema
  if (schema.$ref) return html`<p class="type">${typeName(schema)}</p>`
  if (properties) return fieldsView(schema)
  if (items && !items.$ref)
    return html`<p class="type">list of</p>
      ${schemaView(items)}`
  if (anyOf)
    return html`${anyOf.map((each, index) => html`${index > 0 && html`<p class="or">or</p>`}${schemaView(each)}`)}`
  return html`<p class="type">${typeName(schema)}</p>`
}

const fieldsView = ({ properties = {}, required = [] }: JsonSchema): Html =>
  html`<ul class="fields">
    ${Object.entries(properties).map(([name, schema]) => fieldView(name, schema, required.includes(name)))}
  </ul>`

export function fieldView(name: string, schema: JsonSchema, required: boolean, description?: string): Html {
  const rules = rulesOf(schema)
  const inner = schema.properties ? schema : schema.items?.properties ? schema.items : null
  return html`<li>
    <div class="field-head">
      <code class="field-name">${name}</code> <span class="type">${typeName(schema)}</span>
      ${required ? '' : html`<span class="optional">optional</span>`}
    </div>
    ${description && html`<p>${inline(description)}</p>`}
    ${rules && html`<p class="rules">${inline(rules)}</p>`} ${inner && fieldsView(inner)}
  </li>`
}

function typeName(schema: JsonSchema): Html | string {
  const { $ref, type, items, anyOf, format } = schema
  if ($ref) {
    const name = $ref.split('/').at(-1) as string
    return html`<a href="#schema-${name}">${name}</a>`
  }
  if (schema.const !== undefined) return html`always <code>${JSON.stringify(schema.const)}</code>`
  if (schema.enum)
    return html`${joined(
      schema.enum.map((value) => html`<code>${String(value)}</code>`),
      ' or ',
    )}`
  if (anyOf) return html`${joined(anyOf.map(typeName), ' or ')}`
  if (items) return html`list of ${typeName(items)}`
  const words = Array.isArray(type) ? type.join(' or ') : (type ?? 'anything')
  return format ? `${words} (${format})` : words
}

const joined = (parts: (Html | string)[], separator: string): Html =>
  html`${parts.map((part, index) => html`${index > 0 ? separator : ''}${part}`)}`

function rulesOf({
  minLength,
  maxLength,
  minimum,
  maximum,
  maxItems,
  pattern,
  default: fallback,
}: JsonSchema): string {
  const rules = [
    range(minLength, maxLength, 'characters'),
    range(minimum, maximum, ''),
    maxItems === undefined ? '' : `at most ${maxItems} entries`,
    pattern === undefined || pattern.length > 80 ? '' : `matches \`${pattern}\``,
    fallback === undefined ? '' : `default \`${JSON.stringify(fallback)}\``,
  ]
  return rules.filter(Boolean).join(' · ')
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined && most === undefined) return ''
  if (most === undefined) return `${least} or more ${unit}`.trim()
  return `${least === undefined ? 'up to' : `${least} to`} ${most} ${unit}`.trim()
}
