import type { Instant } from '@latchkey/contract'
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
 * What there is besides signing in: a folder under `features/`. Made in two stages as a method is, for sessions stand on
 * what a feature holds of users, and its routes stand on sessions.
 */
export interface Feature<Own extends object = object> {
  name: string
  migrations: readonly Migration[]
  /** Before there are sessions: what an event of an account ends here. */
  prepare?: (core: CoreServices) => { holds: Holder }
  /** When everything stands. `before`: what the features listed before it serve. */
  serve(services: FeatureServices, before: readonly ServedFeature[]): ServedFeature<Own>
}

export interface ServedFeature<Own extends object = object> {
  /** What the pipeline, the command line and the process itself have to do with it. */
  own: Own
  routes?: FeatureRoutes
  /** What is of no use any more, by table. */
  expired?: Readonly<Record<string, RemoveExpired>>
  /** Of tokens that it gives out itself. */
  introspector?: Introspector
  /** Whether an access token's client is one of its own, and alive. */
  isClientAlive?: (id: string) => Promise<boolean>
  /** Throws AuthError for a key that is none. */
  authenticateKey?: AuthenticateKey
}

/** By where they stand: below `/auth`, below `/admin`, at the root. */
export type FeatureRoutes = Partial<Record<'auth' | 'admin' | 'root', readonly Route[]>>

/** Removes at most `limit` rows that have ended before; returns them. */
export type RemoveExpired = (db: Queryable, before: Instant, limit: number) => Promise<unknown[]>

export type AuthenticateKey = (key: string, origin: ReturnType<typeof originOf>) => Promise<KeyHolder>

export const defineFeature = <Own extends object>(feature: Feature<Own>): Feature<Own> => feature
