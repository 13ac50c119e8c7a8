import { builtInFeatures } from '../features/index.ts'
import { pendingHolder } from '../identity/events/pending.ts'
import { builtInMethods } from '../methods/index.ts'
import { type Method, requireDistinct, type RunningMethod } from '../methods/method.ts'
import type { MethodServices } from '../methods/method-services.ts'
import type { Argon2Cost } from '../methods/password/hashes/argon2-hash.ts'
import { createPasswordMethod, type OwnPasswordServices } from '../methods/password/method.ts'
import { createSessionHolder } from '../sessions/ending.ts'
import { createHasSecondFactor } from '../sign-in/second-factors.ts'
import { createReadUserFactors } from '../sign-in/user-factors.ts'
import { type AccountServices, createAccountServices } from './create-account-services.ts'
import { type Core, type CoreOptions, createCore } from './create-core.ts'
import { createSessionServices, type SessionServices } from './create-session-services.ts'
import { createSignInServices, type SignInServices } from './create-sign-in-services.ts'
import { migrations } from './migrations.ts'
import { serveFeatures, type ServedFeatures } from './serve-features.ts'

/** Everything of a running instance, wired once. */
export interface Services
  extends
    MethodServices,
    Core,
    SessionServices,
    AccountServices,
    SignInServices,
    OwnPasswordServices,
    ServedFeatures {
  methods: readonly RunningMethod[]
}

export interface ServicesOptions extends Omit<CoreOptions, 'migrations'> {
  hashCost?: Argon2Cost
  /** Methods of the application's own, after ours. */
  methods?: readonly Method[]
}

/**
 * Wires the layers from the bottom up, each with those below it; starts nothing. Throws DatabaseUnavailable, and
 * TypeError for methods that clash.
 */
export function createServices({ hashCost, methods: added = [], ...options }: ServicesOptions): Services {
  const core = createCore({ ...options, migrations: [...migrations, ...tablesOf(added)] })
  const passwordMethod = createPasswordMethod(hashCost)
  const password = { ...passwordMethod, ...passwordMethod.prepare(core) }
  const others = [...builtInMethods, ...added].map((method) => ({ ...method, ...method.prepare(core) }))
  const methods = [password, ...others]
  requireDistinct(methods)
  const lifecycles = methods.map(({ lifecycle }) => lifecycle)

  const sessions = createSessionServices(core, [
    createSessionHolder(core.ports, core.config.refreshLeeway),
    ...builtInFeatures.flatMap(({ prepare }) => prepare?.(core).holds ?? []),
    pendingHolder,
    ...lifecycles.map(({ holds }) => holds),
  ])
  const readUserFactors = createReadUserFactors(methods)
  const hasSecondFactor = createHasSecondFactor(readUserFactors)
  const accounts = createAccountServices({ ...core, ...sessions }, { lifecycles, hasSecondFactor })
  const signIn = createSignInServices({ ...core, ...sessions, ...accounts, readUserFactors }, methods)
  const services = { ...core, ...sessions, ...accounts, ...signIn }
  const { own: passwords, ...served } = password.serve(services)
  const withPasswords = { ...services, ...passwords }
  return {
    ...withPasswords,
    ...serveFeatures(withPasswords),
    methods: [
      { ...password, ...served },
      ...others.map((method) => ({ ...method, ...method.serve(services) })),
    ],
  }
}

/**
 * Returns the tables of the application's own methods, which programs without them, such as the command line, ignore.
 */
const tablesOf = (added: readonly Method[]) =>
  added.flatMap((method) => method.migrations.map((step) => ({ ...step, compatible: true })))
