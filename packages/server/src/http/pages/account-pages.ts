import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Parts } from '../../parts.ts'
import type { ChallengePurpose } from '../../core/challenges/challenges.ts'
import type { Route } from '../../core/route.ts'
import type { Page } from '../page.ts'
import type { Field } from './fields.ts'
import { createLinkForm, type LinkSubject } from './link-form.ts'
import type { Site } from './site.ts'

const passwordHint = 'At least 8 characters. A few words in a row are easy to remember and hard to guess.'

/** What the links in mails, and the one of the first start, lead to. */
export function createAccountPages(
  site: Site,
  parts: Parts,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { db, challenges } = parts

  return [
    ...createLinkForm(site, {
      path: '/setup',
      title: 'Create the first administrator',
      route: routeOf(accountRoutes.setUp),
      find: async (token) => (await challenges.peek(db, 'set-up', token)) && { email: null },
      explain: () => html`<p>This account may do everything. Others can be made by it later.</p>`,
      fields: [
        { name: 'email', label: 'E-mail address', kind: 'email' },
        { name: 'name', label: 'Name', kind: 'name', required: false },
        newPassword('password', 'Password'),
      ],
      button: 'Create administrator',
      done: {
        title: 'The administrator exists',
        text: html`<p>You are signed in on this browser. What next:</p>
          <ul>
            <li>Read what the API can do in the <a href="/docs">reference</a>.</li>
            <li>Register a user of your own: <code>POST ${parts.config.basePath}/auth/register</code>.</li>
            <li>
              Before others use it, set <code>PUBLIC_URL</code>, <code>LATCHKEY_SECRET</code> and
              <code>SMTP_URL</code>.
            </li>
          </ul>`,
      },
      deadLink: 'Where there is no administrator yet, a restart of the server prints a new link.',
    }),
    ...createLinkForm(site, {
      path: '/verify-email',
      title: 'Confirm your e-mail address',
      route: routeOf(accountRoutes.verifyEmail),
      find: async (token) =>
        (await subjectOf('registration', token)) ?? (await subjectOf('verify-email', token)),
      explain: ({ email }) => html`<p>Is <strong>${email}</strong> your address? Then press the button.</p>`,
      fields: [],
      button: 'Confirm address',
      next: ({ status, body }) =>
        status === 200 ? `/reset-password?token=${(body as { token: string }).token}` : null,
      done: { title: 'Your address is confirmed', text: html`<p>You can close this page and sign in.</p>` },
      deadLink: 'Ask for a new mail where you signed up.',
    }),
    ...createLinkForm(site, {
      path: '/forgot-password',
      title: 'Forgot your password?',
      route: routeOf(accountRoutes.forgotPassword),
      explain: () =>
        html`<p>Tell us your address: if it has an account, a mail with a link is sent to it.</p>`,
      fields: [{ name: 'email', label: 'E-mail address', kind: 'email' }],
      button: 'Send the mail',
      done: {
        title: 'Look into your mail',
        text: html`<p>If there is an account with that address, a mail with a link is on its way.</p>`,
      },
      deadLink: 'Try again later.',
    }),
    ...createLinkForm(site, {
      path: '/reset-password',
      title: 'Set a new password',
      route: routeOf(accountRoutes.resetPassword),
      find: (token) => subjectOf('reset-password', token),
      explain: ({ email }) =>
        html`<p>For the account <strong>${email}</strong>. You will be signed out on all devices.</p>`,
      fields: [newPassword('newPassword', 'New password')],
      button: 'Set password',
      done: {
        title: 'Your password is set',
        text: html`<p>You were signed out on all devices. Sign in with the new password.</p>`,
      },
      deadLink: 'Ask for a new mail where you sign in.',
    }),
    ...createLinkForm(site, {
      path: '/change-email/confirm',
      title: 'Confirm your new e-mail address',
      route: routeOf(accountRoutes.confirmEmailChange),
      find: (token) => subjectOf('change-email', token, 'to'),
      explain: ({ email }) =>
        html`<p>From now on <strong>${email}</strong> is the address of your account.</p>`,
      fields: [],
      button: 'Use this address',
      done: {
        title: 'Your new address counts',
        text: html`<p>The old one has been told, and can take this back for a week.</p>`,
      },
      deadLink: 'Ask for the change again in your account.',
    }),
    ...createLinkForm(site, {
      path: '/change-email/undo',
      title: 'Take your old e-mail address back',
      route: routeOf(accountRoutes.undoEmailChange),
      find: (token) => subjectOf('undo-email-change', token, 'to'),
      explain: ({ email }) =>
        html`<p><strong>${email}</strong> becomes the address of your account again.</p>
          <p>Every device is signed out, and a mail to set a new password goes to this address.</p>`,
      fields: [],
      button: 'Take it back',
      done: {
        title: 'Your old address counts again',
        text: html`<p>
          Every device has been signed out. A mail to set a new password is on its way to you.
        </p>`,
      },
      deadLink: 'If you did not change your address yourself, ask for help from those who run this service.',
    }),
  ]

  async function subjectOf(
    purpose: ChallengePurpose,
    token: string,
    field = 'email',
  ): Promise<LinkSubject | null> {
    const challenge = await challenges.peek(db, purpose, token)
    return challenge && { email: String(challenge.payload[field]) }
  }
}

const newPassword = (name: string, label: string): Field => ({
  name,
  label,
  kind: 'new-password',
  hint: passwordHint,
})
