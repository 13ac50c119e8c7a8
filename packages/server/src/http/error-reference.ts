import { errorCatalogue, type ErrorCode, signOutCodes } from '@latchkey/contract'

/** docs/reference/errors.md. A test holds the committed file against this. */
export const renderErrorReference = (): string => [introduction, table(), signingOut].join('\n\n') + '\n'

const introduction = `# Errors

<!-- Made from packages/contract/src/errors.ts. After a change there: npx vitest run packages/server/src/http -u -->

Every error is \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "/docs#error-invalid_input",
  "title": "The request is not valid.",
  "status": 400,
  "code": "invalid_input",
  "requestId": "req_Zm9vYmFyYmF6",
  "errors": [{ "path": "body.email", "message": "must be one e-mail address" }]
}
\`\`\`

Programs go by \`code\`, which is never renamed. \`title\` is a sentence for a developer, \`detail\`, where there is one,
adds to it. \`errors\` names each field at fault: \`body.email\`, \`query.limit\`, \`header.refresh-attempt\`. \`requestId\`
finds the request in the server's log, which holds the reasons that are nobody else's business.`

const table = (): string =>
  [
    '| code | status | meaning | what a client does |',
    '| --- | --- | --- | --- |',
    ...Object.keys(errorCatalogue).map((code) => row(code as ErrorCode)),
  ].join('\n')

const row = (code: ErrorCode): string =>
  `| \`${code}\` | ${errorCatalogue[code].status} | ${errorCatalogue[code].title} | ${advice(code)} |`

function advice(code: ErrorCode): string {
  const { status } = errorCatalogue[code]
  if ((signOutCodes as readonly ErrorCode[]).includes(code)) return 'Signs the user out.'
  if (code === 'insufficient_user_authentication')
    return 'Asks for the password or the second factor: `POST /api/auth/step-up`.'
  if (code === 'invalid_credentials' || code === 'second_factor_invalid') return 'Shows it at the form.'
  if (code === 'use_dpop_nonce')
    return 'Repeats the request once, with the nonce of `DPoP-Nonce` in its proof.'
  if (code === 'invalid_dpop_proof') return 'Looks at how its proofs are made; the session stays.'
  if (code === 'device_proof_needed') return 'Browsers sign the challenge by themselves.'
  if (status === 401) return 'Refreshes once, then repeats the request once.'
  if (status === 429 || status === 503) return 'Waits for `Retry-After`, keeps the session.'
  if (status === 500) return 'Keeps the session, tries again later.'
  return 'Shows it; the session stays.'
}

const signingOut = `## When a client signs out

Only on ${signOutCodes.map((code) => `\`${code}\``).join(', ')}, and only when they come as problem+json from this server.
A page of some proxy with status 401 or 403, a network fault, a 429 or a 5xx leave the session as it is: none of them says
that it has ended.`
