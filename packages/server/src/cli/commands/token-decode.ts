import { type Command, CommandError, exitCodes, print } from '../command.ts'
import { decodeToken, type DecodedToken } from '../decode-token.ts'
import { readToken } from '../read-token.ts'

export const tokenDecode: Command = {
  name: 'token decode',
  summary: 'Show what a token says, without verifying it',
  description:
    'Any JWT, from whomever, or the public parts of a refresh token; its secret is not shown. Asks no database. Without a token on the command line it is read from standard input.',
  takes: ['[token]'],
  async run({ positionals, json }) {
    const decoded = decodeToken(await readToken(positionals))
    if (!decoded) throw new CommandError('This is neither a JWT nor a refresh token.')
    print(decoded, json, render)
    return exitCodes.done
  },
}

function render(decoded: DecodedToken): string {
  if (decoded.kind === 'refresh_token') {
    const { version, keyId, sessionId, generation } = decoded
    return `Refresh token (not verified)\n  version     ${version}\n  key id      ${keyId}\n  session     ${sessionId}\n  generation  ${generation}`
  }
  const { header, payload } = decoded
  const times = (['auth_time', 'iat', 'nbf', 'exp'] as const).flatMap((claim) => {
    const value = payload[claim]
    return typeof value === 'number' ? [`  ${claim.padEnd(9)}  ${describeTime(value)}`] : []
  })
  return [
    'JWT (not verified)',
    JSON.stringify(header, null, 2),
    JSON.stringify(payload, null, 2),
    ...times,
  ].join('\n')
}

/** RFC 7519 §2, NumericDate. */
function describeTime(seconds: number): string {
  const time = new Date(seconds * 1000)
  if (Number.isNaN(time.getTime())) return 'no time'
  const away = Math.round(seconds - Date.now() / 1000)
  return `${time.toISOString()} (${away < 0 ? `${-away} s ago` : `in ${away} s`})`
}
