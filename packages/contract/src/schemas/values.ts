import { z } from 'zod'

// oxlint-disable-next-line no-control-regex -- refusing control characters is the point
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u

/** True without control characters and without half a surrogate pair, which has no UTF-8. */
const isPlain = (value: string): boolean => value.isWellFormed() && !controlCharacters.test(value)

/** A visible character: no space, no mark without a letter, nothing that shows as blank. */
const visible = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u
export const isVisible = (value: string): boolean => visible.test(value)

/** Text for people that may be empty, such as a description: no control characters, trimmed. */
export const note = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest, `must have at most ${longest} characters`)
    .refine(isPlain, { message: 'must not hold control characters' })

/** Text for people, including names: as {@link note}, visible, 1 to `longest` characters. */
export const text = (longest: number) =>
  note(longest)
    .min(1, 'must not be empty')
    .refine(isVisible, { message: 'must hold something that people can see' })

/** An e-mail address as typed; the server's grammar decides (one address, no comments, no quotes). */
export const email = text(320).meta({ example: 'ada@example.com', format: 'email' })

/** Length is checked by the password policy, after normalisation; here only absurd sizes are refused. */
export const password = z
  .string()
  .min(1, 'must not be empty')
  .max(4096, 'must have at most 4096 characters')
  .refine(isPlain, {
    message: 'must not hold control characters',
  })
  .meta({ example: 'correct horse battery', format: 'password' })

export const timestamp = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' })
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a UUID in lower case')
  .meta({ example: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b' })
export const locale = z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'must be a language tag such as en or pt-BR')
export const roleName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must start with a letter and hold only a–z, 0–9, _ and -')
export const permissionName = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9_-]*(:[a-z0-9_*-]+)*)$/, 'must look like invoices:read')
  .max(128)

/** A single-use token from a mail's link. */
export const linkToken = z.string().min(1).max(256)
export const code = z
  .string()
  .regex(/^\d{6}$/, 'must be 6 digits')
  .meta({ example: '123456' })

/** ITU-T E.164, and nothing around it. */
export const phoneNumber = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a number such as +4915123456789')
  .meta({ example: '+4915123456789' })

export const pageQuery = {
  cursor: z.string().min(1).max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })
