import type { Site } from '../../page-kit/site.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import { defineMethod, type Method, type ServedMethod } from '../method.ts'
import { createGuesses } from '../../core/limits/guesses.ts'
import { createHashPool, type HashPool } from './hash-pool.ts'
import type { Argon2Cost } from './hashes/argon2-hash.ts'
import { createPasswordLifecycle } from './lifecycle.ts'
import { passwordCredential } from './migrations/0001-password-credential.ts'
import { amr, guessing } from './options.ts'
import { createPasswordPages } from './pages.ts'
import { createPasswordHash } from './password-hash.ts'
import type { PasswordRouteServices } from './password-services.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { createRegistrationCookie } from './registration-cookie.ts'
import { createResetMails, type ResetMails } from './reset-mails.ts'
import { resetTopic, sendReset } from './reset.ts'
import { createPasswordRoutes } from './routes.ts'
import { createSpraying, type Spraying } from './spraying.ts'
import { refusals } from './words.ts'

/** Services of passwords for the administration, the command line, pages and figures. */
export interface OwnPasswordServices {
  passwords: Passwords
  resetMails: ResetMails
  hashPool: HashPool
  spraying: Spraying
  registrationCookie: TicketCookie
}

/** E-mail address and password: register, log in, step up, change, forget and reset. */
export const createPasswordMethod = (
  hashCost?: Argon2Cost,
): Method<ServedMethod & { own: OwnPasswordServices }> =>
  defineMethod({
    name: 'password',
    amr,
    migrations: [passwordCredential],
    refusals,
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
  services: Omit<PasswordRouteServices, 'passwordHash' | 'guesses' | 'spraying' | 'registrationCookie'>,
  cost: Argon2Cost | undefined,
): ServedMethod & { own: OwnPasswordServices } {
  const { config, limits, knownDevices, resetMails } = services
  const hashPool = createHashPool({ concurrency: config.hashConcurrency, queue: config.hashQueue })
  const spraying = createSpraying(services)
  const passwordHash = createPasswordHash({ pool: hashPool, pepper: config.passwordPepper, cost })
  const guesses = createGuesses(limits, knownDevices, guessing)
  const secure = config.publicUrl.startsWith('https:')
  const registrationCookie = createRegistrationCookie({ secure, sameSite: config.cookieSameSite })
  const all = { ...services, spraying, passwordHash, guesses, registrationCookie }
  services.outbox.registerTask(resetTopic, (tx, payload) => sendReset(all, tx, payload))
  const passwords = createPasswords(all)
  const own = { passwords, resetMails, hashPool, spraying, registrationCookie }
  return {
    routes: createPasswordRoutes(all),
    ...(services.isOffered && { pages: (site: Site) => createPasswordPages(site, { ...all, passwords }) }),
    own,
  }
}
