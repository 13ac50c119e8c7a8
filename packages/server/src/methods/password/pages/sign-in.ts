import { passwordRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Config } from '../../../config/config.ts'
import type { Field } from '../../../page-kit/fields.ts'
import { linkTo } from '../../../page-kit/page-context.ts'
import { redirectAfterSignIn } from '../../../page-kit/redirect-after-sign-in.ts'
import { sessionKindOf } from '../../../page-kit/session-kind.ts'
import type { Site } from '../../../page-kit/site.ts'
import type { MainForm } from '../../method-pages.ts'
import { words } from '../words.ts'
import { newPassword } from './new-password.ts'

const email: Field = { name: 'email', label: 'field.email', kind: 'email' }

export const signInForm = (site: Site, config: Config): MainForm => ({
  route: site.routeOf(passwordRoutes.login),
  fields: [
    // Passkeys are offered among the addresses that the browser knows.
    { ...email, autocomplete: 'username webauthn' },
    { name: 'password', label: 'field.password', kind: 'current-password' },
    { name: 'remember', label: 'field.remember', kind: 'choice' },
  ],
  initial: { remember: 'true' },
  body: sessionKindOf(config),
  below: (page) =>
    html`<p class="aside"><a href="${linkTo('/forgot-password', page)}">${words.forgotten(page)}</a></p>`,
  after: (answer, page) => redirectAfterSignIn(site, answer, page),
})

export const signUpForm = (site: Site, config: Config): MainForm => ({
  route: site.routeOf(passwordRoutes.register),
  fields: [
    email,
    { name: 'name', label: 'field.name', kind: 'name', required: false },
    newPassword('password', 'field.password'),
  ],
  body: sessionKindOf(config),
  after: (answer, page) =>
    answer.status === 202 ? linkTo('/verify-email', page) : redirectAfterSignIn(site, answer, page),
})
