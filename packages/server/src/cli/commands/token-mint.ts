import { toSeconds } from '@latchkey/contract'
import { tokenClaimsOf } from '../../sessions/session-response.ts'
import { sessionIdOf } from '../../sessions/session.ts'
import type { Services } from '../../services/create-services.ts'
import { type Command, CommandError, exitCodes, print, requiredTextOf } from '../command.ts'
import { getAccount } from '../get-account.ts'
import { withServices } from '../with-services.ts'

export const tokenMint: Command = {
  name: 'token mint',
  summary: 'Make an access token for a user, for tests',
  description:
    'Starts a session of its own, which stands in the list of devices as "latchkey" and can be ended there. Anyone who may run this can be any user: in production it is refused.',
  options: {
    user: { type: 'string', value: 'email-or-id', help: 'Whose token.' },
    'dangerously-in-production': { type: 'boolean', help: 'Also where NODE_ENV is production.' },
  },
  async run(invocation) {
    const who = requiredTextOf(invocation, 'user')
    const insists = invocation.flags['dangerously-in-production'] === true
    const minted = await withServices(async (services) => {
      if (services.config.nodeEnv === 'production' && !insists) {
        throw new CommandError(
          'NODE_ENV is production, where no tokens are made (--dangerously-in-production).',
        )
      }
      return await mint(services, who)
    })
    print(minted, invocation.json, ({ accessToken }) => accessToken)
    return exitCodes.done
  },
}

type Minting = Pick<Services, 'db' | 'keys' | 'sessions' | 'accessTokens' | 'permissions' | 'ports'>

async function mint(services: Minting, who: string) {
  const { keys, sessions, accessTokens, permissions, ports } = services
  await keys.ensure()
  const { id: userId, disabledAt } = await getAccount(services, who)
  if (disabledAt !== null) throw new CommandError(`${who} is disabled.`)
  const open = await sessions.start({
    userId,
    // Honest about how it came to be: by no method of signing in.
    authentication: { amr: ['cli'], aal: 1, authenticatedAt: ports.now() },
    origin: { ip: null, userAgent: 'latchkey token mint' },
    stillValid: async () => true,
  })
  const accessToken = await accessTokens.issue(tokenClaimsOf(open, permissions))
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: toSeconds(accessTokens.ttl),
    sessionId: sessionIdOf(open.session),
  }
}
