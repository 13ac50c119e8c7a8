import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { defineMethod, type Method } from '../method.ts'
import type { Route } from '../../sessions/route.ts'
import { passwordCredential } from './migrations/0001-password-credential.ts'
import { amr } from './options.ts'

/** E-mail address and password: register, log in, prove again, change, forget and reset. */
export const passwordMethod = (routes: readonly Route[], lifecycle: Lifecycle): Method =>
  defineMethod({
    name: 'password',
    amr,
    routes,
    migrations: passwordMigrations,
    lifecycle,
  })

export const passwordMigrations = [passwordCredential]
