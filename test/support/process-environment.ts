import { join } from 'node:path'

/** What every program that a test starts finds: nothing of ours but compiled modules of earlier starts. */
export const processEnvironment = {
  PATH: process.env.PATH ?? '',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/latchkey-tests'),
}
