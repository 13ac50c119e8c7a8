import { createVerifier, type Verifier, type VerifierOptions } from '@latchkey/verify'

/*
 * A service that verifies the token in the body of each request, written for Workers and Bun: no Node in it. The options
 * come with the first request.
 */
let verifier: Verifier | undefined

async function answer(request: Request): Promise<Response> {
  const { options, token } = (await request.json()) as { options: VerifierOptions; token: string }
  verifier ??= createVerifier(options)
  const verdict = await verifier.verify(token)
  return Response.json(
    verdict.ok
      ? { sub: verdict.claims.sub, checked: verdict.revocationChecked }
      : { code: verdict.error.code },
  )
}

export default { fetch: answer }
