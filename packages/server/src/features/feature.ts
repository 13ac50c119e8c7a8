import type { Instant } from '@latchkey/contract'
import type { Given } from '../accounts/authority/authority.ts'
import type { originOf } from '../core/request/request-context.ts'
import type { Migration } from '../db/migrations.ts'
import type { Queryable } from '../db/database.ts'
import type { Holder } from '../identity/events/holder.ts'
import type { KeyHolder } from '../identity/service-accounts/key-holder.ts'
import type { CoreServices } from '../methods/method-services.ts'
import type { Route } from '../sessions/route.ts'
import type { Introspector } from '../sessions/tokens/introspector.ts'
import type { FeatureServices } from './feature-services.ts'

/**
 * A part of the system beside sign-in: a folder under `features/`. It is made in two stages, as a method is: sessions
 * need the feature's data about users, and its routes need sessions.
 */
export interface Feature<Own extends object = object> {
  name: string
  migrations: readonly Migration[]
  /** First stage, before there are sessions: returns what an event of an account ends here. */
  prepare?: (core: CoreServices) => { holds: Holder }
  /** Second stage, when all services exist. `before` has the services of the features listed before it. */
  serve(services: FeatureServices, before: readonly ServedFeature[]): ServedFeature<Own>
}

export interface ServedFeature<Own extends object = object> {
  /** Services for the pipeline, the command line and the process itself. */
  own: Own
  routes?: FeatureRoutes
  /** Removals of expired rows, by table. */
  expired?: Readonly<Record<string, RemoveExpired>>
  /** Introspects the tokens that it issues itself. */
  introspector?: Introspector
  /** True if an access token's client is one of its own, and alive. */
  isClientAlive?: (id: string) => Promise<boolean>
  /** Throws AuthError if the key is invalid. */
  authenticateKey?: AuthenticateKey
  rightsOfServiceAccount?: RightsOfServiceAccount
}

/** Routes by position: below `/auth`, below `/admin`, at the root. */
export type FeatureRoutes = Partial<Record<'auth' | 'admin' | 'root', readonly Route[]>>

/** Removes at most `limit` rows that have ended before; returns them. */
export type RemoveExpired = (db: Queryable, before: Instant, limit: number) => Promise<unknown[]>

/** The rights of each live credential that a service account has here. */
export type RightsOfServiceAccount = (tx: Queryable, serviceAccountId: string) => Promise<Given[]>

export type AuthenticateKey = (key: string, origin: ReturnType<typeof originOf>) => Promise<KeyHolder>

export const defineFeature = <Own extends object>(feature: Feature<Own>): Feature<Own> => feature
