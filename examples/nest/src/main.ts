import { createVerifier } from '@latchkey/verify'
import { createApp } from './app.ts'

const issuer = process.env['LATCHKEY_ORIGIN'] ?? 'http://localhost:4000'
const port = Number(process.env['PORT'] ?? 5000)

const verifier = createVerifier({ issuer, audience: process.env['AUDIENCE'] ?? issuer })
const app = await createApp(verifier)
await app.listen(port)
console.log(`Notes at http://localhost:${port}/notes, for tokens of ${issuer}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    verifier.close()
    void app.close()
  })
