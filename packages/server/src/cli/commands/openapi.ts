import { randomBytes } from 'node:crypto'
import { loadConfig } from '../../config/load-config.ts'
import { toPostmanCollection } from '../../http/postman.ts'
import { startLatchkey } from '../../latchkey.ts'
import { type Command, exitCodes } from '../command.ts'

export const openapi: Command = {
  name: 'openapi',
  summary: 'Print the API as an OpenAPI document or a Postman collection',
  options: { postman: { type: 'boolean', help: 'Print a Postman collection (format 2.1).' } },
  async run({ flags }) {
    // The routes of this configuration, without touching its database or secrets.
    const options = { databaseUrl: 'sqlite::memory:', secret: [randomBytes(32).toString('base64')] as const }
    const latchkey = await startLatchkey(loadConfig({ env: process.env, options }))
    const document = latchkey.http.describe()
    await latchkey.close()
    process.stdout.write(
      `${JSON.stringify(flags.postman ? toPostmanCollection(document) : document, null, 2)}\n`,
    )
    return exitCodes.done
  },
}
