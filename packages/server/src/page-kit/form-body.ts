import type { Field } from './fields.ts'
import type { Form, Values } from './form.ts'

/** A browser sends text, an empty field as empty text, and a box that is not ticked not at all. */
export function bodyOf(form: Form, values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = { ...(form.body?.(values) ?? values) }
  for (const { name, kind, required = true } of form.fields) {
    if (kind === 'choice') body[name] = values[name] === 'true'
    if (codeKinds.includes(kind)) body[name] = plainDigits(values[name] ?? '')
    if (kind === 'phone') body[name] = plainNumber(values[name] ?? '')
    if (!required && values[name] === '') delete body[name]
  }
  return body
}

const codeKinds: readonly Field['kind'][] = ['code', 'sms-code', 'factor-code']

/** Spaces of a paste, and the digits of an East Asian keyboard. */
const plainDigits = (text: string): string => text.normalize('NFKC').replaceAll(/[\s-]/g, '')

/** Normalizes a number as people write it: `0049 151 …`, `+49 (0)151 …`. */
const plainNumber = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll('(0)', '')
    .replaceAll(/[\s()./-]/g, '')
    .replace(/^00/, '+')
