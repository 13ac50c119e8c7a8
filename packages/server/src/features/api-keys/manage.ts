import type { ApiKey } from '@latchkey/contract'
import type { Given } from '../../accounts/authority/authority.ts'
import type { CredentialActor } from '../../accounts/authority/service-account-authority.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Queryable } from '../../db/database.ts'
import { scopesOf, toApiKey } from './api-key.ts'
import type { ApiKeyServices } from './api-key-services.ts'
import { mostListedEnded } from './options.ts'
import * as store from './store.ts'

/** Newest first; includes the most recently ended keys, for a month. */
export async function listKeys({ db, ports }: ApiKeyServices, owner: store.OwnerRef): Promise<ApiKey[]> {
  const by = { now: ports.now(), limit: mostListedEnded }
  return (await store.listKeys(db, owner, by)).map(toApiKey)
}

/** The rights of each live key. */
export async function listRights(
  { ports }: ApiKeyServices,
  tx: Queryable,
  owner: store.OwnerRef,
): Promise<Given[]> {
  const live = await store.listKeys(tx, owner, { now: ports.now(), limit: 0 })
  return live.map((row) => ({ scopes: scopesOf(row), inheritRoles: row.inherits_roles === 1 }))
}

/** Changes only the name. Throws AuthError `api_key_not_found`, for a key that has ended as well. */
export async function renameKey(
  { db, ports, record }: ApiKeyServices,
  owner: store.OwnerRef,
  { id, name }: { id: string; name: string },
  by: CredentialActor,
): Promise<ApiKey> {
  const { before, row } = await db.transaction(async (tx) => {
    await by.guard?.(tx)
    const before = await store.findKeyOf(tx, owner, id)
    const row = await store.renameKey(tx, owner, { id, name, now: ports.now() })
    if (!before || !row) throw new AuthError('api_key_not_found')
    return { before, row }
  })
  if (before.name !== name) record('api_key.renamed', owner, row, by, { before: before.name })
  return toApiKey(row)
}
