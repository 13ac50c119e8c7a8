import type { Factor } from '../sign-in/factor.ts'
import type { Lifecycle } from '../accounts/lifecycle.ts'
import type { Database } from '../db/database.ts'
import type { Migration } from '../db/migrations.ts'
import type { Audit } from '../core/audit/audit.ts'
import type { Vault } from '../core/secrets/secret-box.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Ports } from '../core/ports/ports.ts'
import type { Route } from '../sessions/route.ts'

/** A way to prove who one is: a folder under `methods/`, or a third party's. */
export interface Method {
  name: string
  /** RFC 8176. */
  amr: readonly string[]
  routes: readonly Route[]
  migrations: readonly Migration[]
  lifecycle: Lifecycle
  /** Where it can be asked for after another method. */
  factor?: Factor
}

export const defineMethod = (method: Method): Method => method

/** What a method is made of beside its own code. */
export interface MethodParts {
  db: Database
  ports: Ports
  limits: Limits
  audit: Audit
  outbox: Outbox
  /** For secrets of users that must be read again, such as a seed. */
  vault: Vault
}

/** A method of the application's own, for `createLatchkey({ methods })`. */
export type CreateMethod = (parts: MethodParts) => Method

/**
 * Throws TypeError where methods would get in each other's way: a name twice, or tables that do not carry the
 * method's name.
 */
export function requireDistinct(methods: readonly Method[]): void {
  requireOnce(
    'method',
    methods.map(({ name }) => name),
  )
  requireOnce(
    'factor',
    methods.flatMap(({ factor }) => factor?.name ?? []),
  )
  for (const { name, migrations } of methods) {
    const stray = migrations.find(({ id }) => !id.startsWith(`${name}/`))
    if (stray) throw new TypeError(`migration ${stray.id} of method ${name} must be called ${name}/…`)
  }
}

function requireOnce(kind: string, names: readonly string[]): void {
  for (const name of names) {
    if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name))
      throw new TypeError(
        `${kind} ${JSON.stringify(name)} must start with a letter and hold only a-z 0-9 _ -`,
      )
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TypeError(`two methods bring the ${kind} ${twice}`)
}
