import { join } from 'node:path'

/** The environment of every program that a test starts: nothing of ours but compiled modules of earlier starts. */
export const processEnvironment = {
  PATH: process.env.PATH ?? '',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/latchkey-tests'),
}
