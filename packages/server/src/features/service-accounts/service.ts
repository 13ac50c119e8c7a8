import type { ServiceAccount as WireServiceAccount } from '@latchkey/contract'
import type { Audit, AuditInput } from '../../core/audit/audit.ts'
import { type Page, type PageQuery, pageOf, readNameCursor } from '../../core/request/cursor.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { uuidV7 } from '../../core/ports/uuid.ts'
import type { Revoked, RevocationLog } from '../../core/revocations/log.ts'
import {
  type Actor,
  type Authority,
  readAuthority,
  readOperatorAuthority,
} from '../../accounts/authority/authority.ts'
import {
  deleteServiceAccount,
  findServiceAccount,
  insertServiceAccount,
  listServiceAccounts,
  lockServiceAccount,
  saveServiceAccount,
} from '../../identity/service-accounts/store.ts'
import type { ServiceAccount } from '../../identity/service-accounts/key-holder.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import type { RightsOfServiceAccount } from '../feature.ts'
import { type Database, type Queryable, UniqueViolation } from '../../db/database.ts'

export interface NewServiceAccount {
  name: string
  description: string
  roles: string[]
}

export type ServiceAccountChange = {
  [Field in keyof NewServiceAccount]?: NewServiceAccount[Field] | undefined
}

/** An administrator, or null for the command line's operator. */
export type CredentialActor = Actor | null

/** Administration of service accounts; refused with `forbidden` beyond the actor's own permissions. */
export interface ServiceAccounts {
  list(page: PageQuery): Promise<Page<WireServiceAccount>>
  /** Throws AuthError `service_account_not_found`, as does every verb below that takes an id. */
  get(id: string): Promise<WireServiceAccount>
  /** Throws `service_account_taken`, `role_not_found`. */
  create(actor: CredentialActor, account: NewServiceAccount): Promise<WireServiceAccount>
  /** Throws as {@link create}. */
  change(actor: CredentialActor, id: string, change: ServiceAccountChange): Promise<WireServiceAccount>
  /** Its keys and tokens are refused at once; by this process before it resolves. */
  disable(actor: CredentialActor, id: string): Promise<WireServiceAccount>
  /** Its keys and certificates work again: `forbidden` beyond what the actor could give them now. */
  enable(actor: CredentialActor, id: string): Promise<WireServiceAccount>
  /** Its keys go with it. */
  remove(actor: CredentialActor, id: string): Promise<void>
}

export interface ServiceAccountsOptions {
  db: Database
  ports: Ports
  revocations: RevocationLog
  audit: Audit
  /** By each feature that keeps credentials of service accounts. */
  rightsOf: readonly RightsOfServiceAccount[]
}

const permission = 'service-accounts:write'

export function createServiceAccounts({
  db,
  ports,
  revocations,
  audit,
  rightsOf,
}: ServiceAccountsOptions): ServiceAccounts {
  const record = createRecord(audit)
  return {
    list,
    get,
    create,
    change,
    disable,
    enable,
    remove,
  }

  async function list({ cursor, limit }: PageQuery): Promise<Page<WireServiceAccount>> {
    const page = { after: readNameCursor(cursor) ?? '', limit: limit + 1 }
    return pageOf(await listServiceAccounts(db, page), limit, { toItem: toWire, endOf: ({ name }) => name })
  }

  async function get(id: string): Promise<WireServiceAccount> {
    const account = await findServiceAccount(db, id)
    if (!account) throw new AuthError('service_account_not_found')
    return toWire(account)
  }

  async function create(actor: CredentialActor, { name, description, roles: given }: NewServiceAccount) {
    const roles = [...new Set(given)]
    const id = uuidV7(ports)
    const account = await db
      .transaction(async (tx) => {
        const authority = await readAuthorityOf(tx, actor)
        authority.requireToAssign([], roles)
        return await insertServiceAccount(tx, { id, name, description, roles, now: ports.now() })
      })
      .catch(refuseTakenName)
    record(actor, 'service_account.created', account, { roles })
    return toWire(account)
  }

  async function change(actor: CredentialActor, id: string, wanted: ServiceAccountChange) {
    const { before, after } = await changeUnderAuthority(actor, id, (before, authority) => {
      const roles = wanted.roles ? [...new Set(wanted.roles)] : before.roles
      authority.requireToAssign(before.roles, roles)
      const { name = before.name, description = before.description } = wanted
      return { ...before, name, description, roles }
    }).catch(refuseTakenName)
    record(actor, 'service_account.updated', after, { from: before.roles, to: after.roles })
    return toWire(after)
  }

  async function disable(actor: CredentialActor, id: string) {
    const { before, after } = await changeUnderAuthority(actor, id, (before) =>
      before.disabledAt === null ? { ...before, disabledAt: ports.now(), epoch: before.epoch + 1 } : before,
    )
    if (before.disabledAt === null) record(actor, 'service_account.disabled', after)
    return toWire(after)
  }

  async function enable(actor: CredentialActor, id: string) {
    const { before, after } = await changeUnderAuthority(actor, id, async (before, authority, tx) => {
      if (before.disabledAt === null) return before
      const given = await Promise.all(rightsOf.map((rightsIn) => rightsIn(tx, id)))
      for (const rights of given.flat()) authority.requireToGive(rights)
      return { ...before, disabledAt: null }
    })
    if (before.disabledAt !== null) record(actor, 'service_account.enabled', after)
    return toWire(after)
  }

  async function changeUnderAuthority(
    actor: CredentialActor,
    id: string,
    decide: (
      before: ServiceAccount,
      authority: Authority,
      tx: Queryable,
    ) => ServiceAccount | Promise<ServiceAccount>,
  ): Promise<{ before: ServiceAccount; after: ServiceAccount }> {
    const { entries, ...changed } = await db.transaction(async (tx) => {
      const { account: before, authority } = await managed(tx, actor, id)
      const after = await saveServiceAccount(tx, await decide(before, authority, tx), ports.now())
      const ended = before.epoch === after.epoch ? [] : epochsUntil(before)
      return { before, after, entries: await revocations.append(tx, ended) }
    })
    revocations.remember(entries)
    return changed
  }

  async function remove(actor: CredentialActor, id: string): Promise<void> {
    const { account, entries } = await db.transaction(async (tx) => {
      const { account } = await managed(tx, actor, id)
      await deleteServiceAccount(tx, id)
      return { account, entries: await revocations.append(tx, [asRevoked(id)]) }
    })
    revocations.remember(entries)
    record(actor, 'service_account.deleted', account)
  }

  /** Returns the locked service account if the actor may act on it. */
  async function managed(tx: Queryable, actor: CredentialActor, id: string) {
    const authority = await readAuthorityOf(tx, actor)
    const account = await lockServiceAccount(tx, id)
    if (!account) throw new AuthError('service_account_not_found')
    authority.requireOver(account)
    return { account, authority }
  }
}

const createRecord =
  (audit: Audit) =>
  (
    actor: CredentialActor,
    kind: AuditInput['kind'],
    { id, name }: ServiceAccount,
    detail: Record<string, unknown> = {},
  ): void =>
    audit.record({
      kind,
      actorId: actor?.claims.sub ?? null,
      ip: actor?.ip ?? null,
      userAgent: actor?.userAgent ?? null,
      detail: { serviceAccountId: id, name, ...detail, ...(!actor && { by: 'command line' }) },
    })

const readAuthorityOf = (tx: Queryable, actor: CredentialActor): Promise<Authority> =>
  actor ? readAuthority(tx, actor, permission) : readOperatorAuthority(tx)

/**
 * Ends the tokens issued so far, but not those issued after enabling, which have the next epoch. A token without an
 * epoch is of epoch 0, which every disabling ends.
 */
const epochsUntil = ({ id, epoch }: ServiceAccount): Revoked[] =>
  [...new Set([0, epoch])].map((ended) => ({ kind: 'epoch', subject: `${id}:${ended}` }))

/** Its access tokens name it as their subject. */
const asRevoked = (id: string): Revoked => ({ kind: 'user', subject: id })

const toWire = ({ id, name, description, roles, ...account }: ServiceAccount): WireServiceAccount => ({
  id,
  name,
  description,
  roles,
  createdAt: isoTime(account.createdAt),
  updatedAt: isoTime(account.updatedAt),
  disabledAt: isoTimeOrNull(account.disabledAt),
})

function refuseTakenName(error: unknown): never {
  if (error instanceof UniqueViolation) throw new AuthError('service_account_taken', { cause: error })
  throw error
}
