import { createHash } from 'node:crypto'
import { mintApiKey } from '../../packages/server/src/sessions/tokens/api-key.ts'

/** A key as the server makes them, always the same for a name; nobody knows it. */
export const apiKey = (name: string): string =>
  mintApiKey({ randomBytes: (count) => createHash('sha512').update(name).digest().subarray(0, count) })
