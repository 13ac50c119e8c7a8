import { isId } from '@latchkey/contract'
import { findServiceAccount, findServiceAccountByName } from '../identity/service-accounts/store.ts'
import type { ServiceAccount } from '../identity/service-accounts/key-holder.ts'
import type { OwnerRef } from '../features/api-keys/store.ts'
import type { Services } from '../services/create-services.ts'
import { CommandError, exitCodes, type Invocation, type Option, textOf } from './command.ts'
import { getAccount } from './get-account.ts'

export const ownerOptions = {
  user: { type: 'string', value: 'email-or-id', help: 'The keys of this user.' },
  'service-account': { type: 'string', value: 'name-or-id', help: 'The keys of this service account.' },
} as const satisfies Record<string, Option>

export interface OwnerNames {
  user: string | undefined
  serviceAccount: string | undefined
}

/** Throws {@link CommandError} unless exactly one owner is named. */
export function ownerNamesOf(invocation: Invocation): OwnerNames {
  const names = { user: textOf(invocation, 'user'), serviceAccount: textOf(invocation, 'service-account') }
  if ((names.user === undefined) !== (names.serviceAccount === undefined)) return names
  throw new CommandError('Name the owner with --user or with --service-account.', exitCodes.usage)
}

/** Throws {@link CommandError} if there is none. */
export async function getKeyOwner(
  services: Pick<Services, 'db'>,
  { user, serviceAccount }: OwnerNames,
): Promise<OwnerRef> {
  if (user !== undefined) return { kind: 'user', id: (await getAccount(services, user)).id }
  return { kind: 'service_account', id: (await getServiceAccount(services, serviceAccount ?? '')).id }
}

/** Finds by name or id. Throws {@link CommandError} if there is none. */
export async function getServiceAccount({ db }: Pick<Services, 'db'>, who: string): Promise<ServiceAccount> {
  const found = isId(who) ? await findServiceAccount(db, who) : await findServiceAccountByName(db, who)
  if (!found) throw new CommandError(`There is no service account ${who}.`)
  return found
}

/** The person at the command line, for audit events. */
export const operator = { actorId: null, ip: null, userAgent: null, via: 'command line' } as const
