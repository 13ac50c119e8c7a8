import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { createVerifier, type VerifierOptions } from '@latchkey/verify'
import { must } from '#test/support/must.ts'

/*
 * A service that verifies by itself, in a process of its own. `POST /verify` says what becomes of the token in the body,
 * `POST /until-refused` when it was refused first, `GET /status` how the verifier is.
 */
const verifier = createVerifier(JSON.parse(must(process.env.VERIFIER)) as VerifierOptions)

async function answer(path: string, token: string): Promise<unknown> {
  if (path === '/status') return verifier.status()
  for (;;) {
    const verdict = await verifier.verify(token)
    if (!verdict.ok) return { code: verdict.error.code, at: Date.now() }
    if (path === '/verify') return { code: 'ok', checked: verdict.revocationChecked }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const server = createServer((request, response) => {
  void (async () => {
    const result = await answer(request.url ?? '', await text(request))
    response.end(JSON.stringify(result))
  })()
})
server.listen(0, () => process.send?.((server.address() as { port: number }).port))
