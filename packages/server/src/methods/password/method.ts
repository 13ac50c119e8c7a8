import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import { defineMethod, type Method, type ServedMethod } from '../method.ts'
import type { MethodServices } from '../method-services.ts'
import { createHashPool, type HashPool } from './hash-pool.ts'
import type { Argon2Cost } from './hashes/argon2-hash.ts'
import { createPasswordLifecycle } from './lifecycle.ts'
import { passwordCredential } from './migrations/0001-password-credential.ts'
import { amr } from './options.ts'
import { createPasswordHash } from './password-hash.ts'
import { createRegistrationCookie } from './registration-cookie.ts'
import { createRegistrations } from './registration.ts'
import { createResetMails, type ResetMails } from './reset-mails.ts'
import { createPasswordRoutes } from './routes.ts'
import { createPasswords, type Passwords } from './service.ts'
import { createSpraying, type Spraying } from './spraying.ts'

/** What the administration, the command line, pages and figures have to do with passwords. */
export interface PasswordServices {
  passwords: Passwords
  resetMails: ResetMails
  hashPool: HashPool
  spraying: Spraying
  registrationCookie: TicketCookie
}

/** E-mail address and password: register, log in, prove again, change, forget and reset. */
export const createPasswordMethod = (
  hashCost?: Argon2Cost,
): Method<ServedMethod & { own: PasswordServices }> =>
  defineMethod({
    name: 'password',
    amr,
    migrations: [passwordCredential],
    prepare(core) {
      const isOffered = core.config.signInMethods.includes('password')
      const resetMails = createResetMails({ ...core, isOffered })
      return {
        lifecycle: createPasswordLifecycle({ isOffered, resetMails }),
        serve: (services) => servePasswords({ ...services, resetMails, isOffered }, hashCost),
      }
    },
  })

function servePasswords(
  services: MethodServices & { resetMails: ResetMails; isOffered: boolean },
  cost: Argon2Cost | undefined,
): ServedMethod & { own: PasswordServices } {
  const { config, resetMails } = services
  const { emailVerification, appName } = config
  const hashPool = createHashPool({ concurrency: config.hashConcurrency, queue: config.hashQueue })
  const spraying = createSpraying(services)
  const passwordHash = createPasswordHash({ pool: hashPool, pepper: config.passwordPepper, cost })
  const passwords = createPasswords({ ...services, spraying, passwordHash, emailVerification, appName })
  const registrations = createRegistrations({ ...services, passwords })
  const secure = config.publicUrl.startsWith('https:')
  const registrationCookie = createRegistrationCookie({ secure, sameSite: config.cookieSameSite })
  const routes = createPasswordRoutes({
    ...services,
    passwords,
    registrations,
    registrationCookie,
    emailVerification,
  })
  return { routes, own: { passwords, resetMails, hashPool, spraying, registrationCookie } }
}
