import {
  type CallerKind,
  callerKinds,
  freshFor,
  ownScopes,
  type RouteContract,
  toSeconds,
} from '@latchkey/contract'
import type { MountedRoute } from './handler.ts'

/** docs/reference/routes.md. A test holds the committed file against this. */
export const renderRouteReference = (routes: readonly MountedRoute[]): string =>
  [introduction, tableOf(routes), scopes()].join('\n\n') + '\n'

const introduction = `# What each route asks

<!-- Made from packages/contract/src/routes. After a change there: npx vitest run packages/server/src/http -u -->

One step of the pipeline holds every caller against these columns (\`asks\` in the contract), and a test walks all routes
with every kind of caller.

- **Callers**: an access token of a session or its cookie; an API key itself; the access token that was given for a key; the
  same two of a service account (a client certificate's tokens count as those of its service account); a client certificate
  itself. *yes*: may come; a scope: may come where the key or certificate holds it; empty: is refused, whatever it may do
  elsewhere (\`session_required\`, \`insufficient_scope\`).
- **Permission**: by the roles, where a key passes them on (\`forbidden\`).
- **Fresh**: a session has signed in or stepped up within ${toSeconds(freshFor) / 60} minutes.
- **Strong**: a session has proven a second factor, if the account has one: \`aal2\`, or a factor on top of a proof by mail.
  A second step by mail, the password once more and trusted devices are none; a passkey that verified its user is two factors
  in one. Accounts without a second factor pass.

What is missing stands in the answer: \`401 insufficient_user_authentication\` with \`max_age\`, \`acr_values\` or both in
\`WWW-Authenticate\` (RFC 9470). \`POST /api/auth/step-up\` answers it; \`GET /api/auth/step-up\` lists the ways, and which of
them make two factors. The client does both by itself (event \`step-up\`).`

const titles: Record<CallerKind, string> = {
  session: 'session',
  apiKey: 'API key',
  apiKeyToken: "key's token",
  serviceAccountKey: "service account's key",
  serviceAccountToken: "service account's token",
  certificate: 'certificate',
}

const tableOf = (routes: readonly MountedRoute[]): string => {
  const asking = routes.filter(({ route }) => route.contract.asks !== undefined)
  const open = routes.filter(({ route }) => route.contract.asks === undefined)
  return [
    `| route | ${callerKinds.map((kind) => titles[kind]).join(' | ')} | permission | fresh | strong |`,
    `| --- |${' --- |'.repeat(callerKinds.length + 3)}`,
    ...asking.map(rowOf),
    '',
    '## Open routes',
    '',
    'They ask for no caller: what they are sent is the proof, or there is none to ask for.',
    '',
    ...open.map((mounted) => `- ${nameOf(mounted)}`),
  ].join('\n')
}

function rowOf(mounted: MountedRoute): string {
  const { asks } = mounted.route.contract
  const callers = callerKinds.map((kind) => admissionOf(asks?.callers[kind]))
  const cells = [
    ...callers,
    asks?.permission === undefined ? '' : `\`${asks.permission}\``,
    asks?.fresh ? 'yes' : '',
    asks?.strong ? 'yes' : '',
  ]
  return `| ${nameOf(mounted)} | ${cells.join(' | ')} |`
}

function admissionOf(admission: NonNullable<RouteContract['asks']>['callers'][CallerKind]): string {
  if (admission === undefined) return ''
  return admission === true ? 'yes' : `\`${admission}\``
}

const nameOf = ({ path, route }: MountedRoute): string => `\`${route.contract.method} ${path}\``

const scopes = (): string =>
  [
    '## Scopes of this API',
    '',
    'Other scopes are your own: this server gives them no meaning. Nobody gives a scope whose permission they do not hold, nor by a key more than the key holds itself.',
    '',
    '| scope | given by whoever holds |',
    '| --- | --- |',
    ...Object.entries(ownScopes).map(
      ([scope, permission]) => `| \`${scope}\` | ${permission === null ? 'anything' : `\`${permission}\``} |`,
    ),
  ].join('\n')
