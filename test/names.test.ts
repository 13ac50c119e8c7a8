import * as contract from '@latchkey/contract'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { tidyName } from '../packages/server/src/methods/federation/providers.ts'
import { runLatchkey } from './support/run-latchkey.ts'

const invisible = {
  'a zero-width space': '\u200b',
  'a word joiner': '\u2060',
  'a soft hyphen': '\u00ad',
  'a Hangul filler': '\u3164',
  'a halfwidth Hangul filler': '\uffa0',
  'an empty braille cell': '\u2800',
  'a variation selector': '\ufe0f',
  'a combining mark alone': '\u0301',
  'marks of direction': '\u202e\u202c',
  'a tag character': '\u{e0041}',
  'a private character': '\ue000',
  'spaces of all kinds': '\u00a0\u2003\u3000',
  'several of them': '\u200b\u200d \u2060\ufeff',
}

/** Every name that some route takes. */
const names = Object.values(contract)
  .flatMap((group) => (typeof group === 'object' ? Object.values(group as Record<string, unknown>) : []))
  .filter(
    (route): route is contract.RouteContract =>
      typeof route === 'object' && route !== null && 'path' in route,
  )
  .flatMap(({ id, body }) =>
    body instanceof z.ZodObject && 'name' in body.shape
      ? [{ id, schema: body.shape['name'] as z.ZodType }]
      : [],
  )

test('users, keys, passkeys, roles, service accounts and mappings have names', () => {
  expect(names.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['register', 'updateMe', 'createUser', 'createApiKey', 'renamePasskey']),
  )
  expect(names.length).toBeGreaterThanOrEqual(10)
})

test.each(Object.entries(invisible))('%s is no name, wherever one is given', (_, name) => {
  for (const { id, schema } of names) expect(schema.safeParse(name).success, id).toBe(false)
  expect(tidyName(name)).toBeNull()
})

test.each(['Ada', 'Ádám', 'ada\u200d', '李', '🙂', '👩‍👩‍👧', 'ا', '-', '1'])('%j is a name', (name) => {
  expect(contract.schemas.text(100).safeParse(name).success).toBe(true)
  expect(tidyName(name)).toBe(name)
})

test('the command line takes no name that nobody sees', async () => {
  for (const command of [
    ['users', 'create', '--email', 'a@example.com', '--generate', '--name', '\u200b'],
    ['service-accounts', 'create', '\u200b'],
  ]) {
    const { code, stderr } = await runLatchkey(command)
    expect(code).toBe(2)
    expect(stderr).toContain('must hold something that people can see')
  }
})
