import type { Instant, Milliseconds } from '@latchkey/contract'
import type { Config } from '../../config/config.ts'
import { button, facts, note, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'
import type { Account } from '../../identity/users/account.ts'

export interface ResetPasswordInput {
  to: string
  appName: string
  link: string
  validFor: Milliseconds
}

export const resetPassword = ({ to, appName, link, validFor }: ResetPasswordInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Reset your ${appName} password`,
    title: 'Choose a new password',
    blocks: [
      paragraph(`Somebody asked for a new password for your account at ${appName}.`),
      button('Choose a new password', link),
      note(`The link is valid for ${formatSpan(validFor)} and works once. All devices will be signed out.`),
      note('If it was not you, do nothing: your password stays as it is.'),
    ],
  })

/** Mail for the owner who has undone a change of the address: the old password is deleted. */
export const addressIsBack = ({ to, appName, link, validFor }: ResetPasswordInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Choose a new password for ${appName}`,
    title: 'Choose a new password',
    blocks: [
      paragraph(
        `The change of your e-mail address at ${appName} was undone: this address is in force again.`,
      ),
      paragraph('The old password no longer works, as somebody else may know it.'),
      button('Choose a new password', link),
      note(`The link is valid for ${formatSpan(validFor)} and works once. All devices are signed out.`),
    ],
  })

export interface AccountSetupInput {
  to: string
  appName: string
  /** Address where the first password is chosen. */
  link: string
  validFor: Milliseconds
}

/** Mail for a user whose account was made by an administrator. */
export const accountSetup = ({ to, appName, link, validFor }: AccountSetupInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Your account at ${appName}`,
    title: 'Set up your account',
    blocks: [
      paragraph(`An administrator made an account for you at ${appName}. Choose a password to begin.`),
      button('Choose a password', link),
      note(`The link is valid for ${formatSpan(validFor)} and works once.`),
      note('If you do not expect this, do nothing: without a password nobody can sign in.'),
    ],
  })

export interface AccountReadyInput {
  to: string
  appName: string
  signInLink: string
}

/** Mail for an account without a password, where none is needed: a reader of this mail can sign in. */
export const accountReady = ({ to, appName, signInLink }: AccountReadyInput): RenderedMail =>
  renderMail({
    to,
    appName,
    subject: `Your account at ${appName}`,
    title: 'Sign in to your account',
    blocks: [
      paragraph(`There is an account for this address at ${appName}. You sign in to it without a password.`),
      button('Sign in', signInLink),
      note('If you do not expect this, do nothing: nobody can sign in who does not read your mail.'),
    ],
  })

/** With a link to take the account back. */
export const passwordChanged = (
  { appName, publicUrl }: Pick<Config, 'appName' | 'publicUrl'>,
  { account, at, ip }: { account: Pick<Account, 'email'>; at: Instant; ip: string | null },
): RenderedMail =>
  renderMail({
    to: account.email,
    appName,
    subject: `Your ${appName} password was changed`,
    title: 'Your password was changed',
    blocks: [
      paragraph('Your other devices were signed out.'),
      facts(['When', formatInstant(at)], ip === null ? null : ['From', ip]),
      paragraph('If it was you, there is nothing to do. If not, take your account back now:'),
      button('Choose a new password', `${publicUrl}/forgot-password`),
    ],
  })
