import type { AdminUser, UserId } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import { isoTime, isoTimeOrNull } from '../../core/iso-time.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import { type Page, type PageQuery, pageOf, readIdCursor } from '../../core/request/cursor.ts'
import { toUser } from '../../identity/users/account.ts'
import * as store from './store.ts'
import type { UserServices } from './user-services.ts'

export async function listUsers(
  { db }: UserServices,
  filter: store.UserFilter,
  { cursor, limit }: PageQuery,
): Promise<Page<AdminUser>> {
  const found = await store.listUsers(db, filter, { before: readIdCursor(cursor), limit: limit + 1 })
  return pageOf(found, limit, { toItem: toAdminUser, endOf: ({ account }) => parseUuid(account.id) })
}

export async function getUser({ db }: UserServices, id: UserId): Promise<AdminUser> {
  const entry = await store.findUser(db, id)
  if (!entry) throw new AuthError('user_not_found')
  return toAdminUser(entry)
}

export async function rolesOfUser(
  { users, permissions }: UserServices,
  id: UserId,
): Promise<{ roles: string[]; permissions: string[] }> {
  const { roles } = await users.get(id)
  return { roles, permissions: permissions.ofRoles(roles) }
}

export const toAdminUser = ({ account, hasPassword }: store.UserEntry): AdminUser => ({
  ...toUser(account),
  disabledAt: isoTimeOrNull(account.disabledAt),
  updatedAt: isoTime(account.updatedAt),
  hasPassword,
})
