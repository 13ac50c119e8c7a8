import type { Lifecycle } from '../accounts/lifecycle.ts'
import type { SealedValues } from '../core/secrets/sealed-values.ts'
import type { Migration } from '../db/migrations.ts'
import type { Route } from '../sessions/route.ts'
import type { Factor } from '../sign-in/factor.ts'
import type { Refusals } from '../page-kit/words/define-words.ts'
import type { Site } from '../page-kit/site.ts'
import type { MethodPages } from './method-pages.ts'
import type { CoreServices, MethodServices } from './method-services.ts'

/**
 * A way to authenticate: a folder under `methods/`, or a third party's, for `createLatchkey({ methods })`. It is made
 * in two stages: sessions and accounts need the method's data about users, and its routes need sessions and accounts.
 */
export interface Method<Served extends ServedMethod = ServedMethod> {
  name: string
  /** RFC 8176. */
  amr: readonly string[]
  migrations: readonly Migration[]
  /** Values of its tables that are lost with the secret that sealed them. */
  sealed?: readonly SealedValues[]
  /** Texts that pages show for the method's own error codes. */
  refusals?: Refusals
  /** Script files for its pages. `site.assets.url` has their addresses. */
  scripts?: readonly URL[]
  /** First stage, before there are sessions. */
  prepare(core: CoreServices): PreparedMethod<Served>
}

export interface PreparedMethod<Served extends ServedMethod = ServedMethod> {
  lifecycle: Lifecycle
  /** Factor, if it can be asked for after another method. */
  factor?: Factor
  /** Second stage, when all services exist. */
  serve(services: MethodServices): Served
}

export interface ServedMethod {
  routes: readonly Route[]
  /** Its pages; omitted if it has none. */
  pages?: (site: Site) => MethodPages
}

/** A method of a running instance. */
export type RunningMethod = Omit<Method, 'prepare'> & Omit<PreparedMethod, 'serve'> & ServedMethod

export const defineMethod = <Served extends ServedMethod>(method: Method<Served>): Method<Served> => method

/** Throws TypeError if methods collide: a duplicate name, or tables that do not carry the method's name. */
export function requireDistinct(
  methods: readonly Pick<RunningMethod, 'name' | 'migrations' | 'factor'>[],
): void {
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
