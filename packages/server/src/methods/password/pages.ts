import type { Page } from '../../page-kit/page.ts'
import { redirectTo } from '../../page-kit/redirect-to.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodPages } from '../method-pages.ts'
import type { MethodServices } from '../method-services.ts'
import { createResetPages } from './pages/reset.ts'
import { newPassword } from './pages/new-password.ts'
import { signInForm, signUpForm } from './pages/sign-in.ts'
import type { Passwords } from './passwords.ts'

type PasswordPageServices = Pick<MethodServices, 'config' | 'db' | 'challenges'> & {
  passwords: Pick<Passwords, 'isSet'>
}

/** The forms to sign in and to sign up; how a password is forgotten, set and changed. */
export const createPasswordPages = (site: Site, services: PasswordPageServices): MethodPages => ({
  pages: [...createResetPages(site, services), changePassword],
  forms: { signIn: signInForm(site, services.config), signUp: signUpForm(site, services.config) },
  newAccount: [newPassword('password', 'field.password')],
})

/** The page where a password is changed (W3C, A Well-Known URL for Changing Passwords §3). */
const changePassword: Page = {
  method: 'GET',
  path: '/.well-known/change-password',
  handle: async () => redirectTo('/account/password'),
}
