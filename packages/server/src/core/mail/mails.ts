import type { Account } from '../users/account.ts'
import type { RenderedMail } from './template.ts'

/** Every mail that is sent; links start at the configured public URL and nowhere else. */
export interface Mails {
  confirmRegistration(input: {
    email: string
    name: string | null
    token: string
    code: string
  }): RenderedMail
  verifyEmail(input: { account: Account; token: string; code: string }): RenderedMail
  alreadyRegistered(input: { email: string }): RenderedMail
  resetPassword(input: { account: Account; token: string }): RenderedMail
  passwordChanged(input: { account: Account }): RenderedMail
  confirmEmailChange(input: { account: Account; email: string; token: string }): RenderedMail
  emailChanged(input: { account: Account; email: string; token: string }): RenderedMail
  sessionReuseDetected(input: {
    account: Account
    device: string
    at: number
    ip: string | null
  }): RenderedMail
  accountDeleted(input: { account: Account }): RenderedMail
}

export function createMails({ appName, publicUrl }: { appName: string; publicUrl: string }): Mails {
  const link = (path: string, token: string): string => `${publicUrl}${path}?token=${token}`
  const mail = (
    to: string,
    subject: string,
    text: string,
    links: string[] = [],
    codes: string[] = [],
  ): RenderedMail => ({
    to,
    subject: `${subject} · ${appName}`,
    text: [text, ...links, ...codes].join('\n'),
    html: `<p>${text}</p>`,
    links,
    codes,
  })
  return {
    confirmRegistration: ({ email, token, code }) =>
      mail(email, 'Confirm', 'Confirm your address', [link('/verify-email', token)], [code]),
    verifyEmail: ({ account, token, code }) =>
      mail(account.email, 'Verify', 'Verify your address', [link('/verify-email', token)], [code]),
    alreadyRegistered: ({ email }) => mail(email, 'Already registered', 'You have an account'),
    resetPassword: ({ account, token }) =>
      mail(account.email, 'Reset', 'Reset', [link('/reset-password', token)]),
    passwordChanged: ({ account }) => mail(account.email, 'Password changed', 'Your password was changed'),
    confirmEmailChange: ({ email, token }) =>
      mail(email, 'Confirm', 'Confirm', [link('/change-email/confirm', token)]),
    emailChanged: ({ account, token }) =>
      mail(account.email, 'Changed', 'Changed', [link('/change-email/undo', token)]),
    sessionReuseDetected: ({ account }) => mail(account.email, 'Reuse', 'A session was ended'),
    accountDeleted: ({ account }) => mail(account.email, 'Deleted', 'Your account was deleted'),
  }
}
