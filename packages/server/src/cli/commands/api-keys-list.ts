import type { ApiKey } from '@latchkey/contract'
import { type Command, exitCodes, print } from '../command.ts'
import { getKeyOwner, ownerNamesOf, ownerOptions } from '../get-key-owner.ts'
import { renderTable } from '../render-table.ts'
import { withServices } from '../with-services.ts'

export const apiKeysList: Command = {
  name: 'api-keys list',
  summary: 'List the API keys of a service account or a user, newest first',
  options: ownerOptions,
  async run(invocation) {
    const names = ownerNamesOf(invocation)
    const apiKeys = await withServices(async (services) =>
      services.apiKeys.list(await getKeyOwner(services, names)),
    )
    const now = Date.now()
    print({ apiKeys }, invocation.json, () =>
      renderTable([
        ['ID', 'NAME', 'ENDS WITH', 'SCOPES', 'LAST USED', 'STATE'],
        ...apiKeys.map((key) => [
          key.id,
          key.name,
          key.lastFour,
          key.scopes.join(' '),
          key.lastUsedAt ?? 'never',
          stateOf(key, now),
        ]),
      ]),
    )
    return exitCodes.done
  },
}

function stateOf({ revokedAt, expiresAt, successorId }: ApiKey, now: number): string {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt !== null && Date.parse(expiresAt) <= now) return 'expired'
  const until = expiresAt === null ? '' : ` until ${expiresAt}`
  return `${successorId === null ? 'live' : 'rotated, live'}${until}`
}
