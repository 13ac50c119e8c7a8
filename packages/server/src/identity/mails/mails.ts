import type { Instant, Milliseconds } from '@latchkey/contract'
import { codeTtl } from '../../core/challenges/code.ts'
import type { Account } from '../users/account.ts'
import { accountDeleted } from './account-deleted.ts'
import { alreadyRegistered } from './already-registered.ts'
import { type ApiKeyChange, apiKeyChanged } from './api-key-changed.ts'
import { credentialChanged, type CredentialNotice } from './credential-changed.ts'
import { emailChangeAsked } from './email-change-asked.ts'
import { emailChangeConfirm } from './email-change-confirm.ts'
import { emailChanged } from './email-changed.ts'
import { sessionReuseDetected } from './session-reuse-detected.ts'
import { verifyEmail } from './verify-email.ts'
import type { RenderedMail } from '../../core/mail/template.ts'
import { tokenLink } from '../../core/mail/token-link.ts'

export type { ApiKeyChange, CredentialNotice }

/** The mails that belong to no single method. Links start only at the configured public URL. */
export interface Mails {
  /** Verifies an address, of an account or of a pending registration. */
  verifyEmail(input: Proof & { code: string }): RenderedMail
  alreadyRegistered(input: { email: string }): RenderedMail
  /** To the new address. */
  confirmEmailChange(input: Proof): RenderedMail
  /** To the old address, with a link that undoes it. */
  emailChanged(input: Happened & { newEmail: string; undo: Undo | null }): RenderedMail
  /** To the present address, with a link that stops it. */
  emailChangeAsked(input: Happened & { newEmail: string; undo: Undo }): RenderedMail
  sessionReuseDetected(input: Happened & { device: string }): RenderedMail
  /** An API key was created, rotated or revoked. */
  apiKeyChanged(input: Happened & { change: ApiKeyChange; name: string }): RenderedMail
  /** A way in was added, changed or removed. */
  credentialChanged(input: Happened & { notice: CredentialNotice; name?: string }): RenderedMail
  /** `canUndo`: to an address from before, which has a link to undo the change. */
  accountDeleted(input: Happened & { canUndo?: boolean }): RenderedMail
}

interface Undo {
  token: string
  validFor: Milliseconds
}

interface Proof {
  email: string
  token: string
  validFor: Milliseconds
}

interface Happened {
  account: Account
  at: Instant
  ip: string | null
}

export interface MailsOptions {
  appName: string
  publicUrl: string
  /** True if passwords sign in. */
  hasPasswords: boolean
}

export function createMails({ appName, publicUrl, hasPasswords }: MailsOptions): Mails {
  const resetLink = `${publicUrl}/forgot-password`
  const signInLink = `${publicUrl}/sign-in`
  const proof = (path: string, { email: to, token, validFor }: Proof) => ({
    to,
    appName,
    link: tokenLink(publicUrl, path, token),
    validFor,
  })
  const undoOf = ({ token, validFor }: Undo) => ({
    undoLink: tokenLink(publicUrl, '/change-email/undo', token),
    undoFor: validFor,
  })
  const happened = ({ account, at, ip }: Happened) => ({ to: account.email, appName, at, ip })

  return {
    verifyEmail: ({ code, ...input }) =>
      verifyEmail({ ...proof('/verify-email', input), code, codeValidFor: codeTtl }),
    alreadyRegistered: ({ email: to }) =>
      alreadyRegistered({ to, appName, resetLink: hasPasswords ? resetLink : null, signInLink }),
    confirmEmailChange: (input) => emailChangeConfirm(proof('/change-email/confirm', input)),
    emailChanged: ({ newEmail, undo, ...input }) =>
      emailChanged({ ...happened(input), newEmail, undo: undo && undoOf(undo) }),
    emailChangeAsked: ({ newEmail, undo, ...input }) =>
      emailChangeAsked({ ...happened(input), newEmail, ...undoOf(undo) }),
    sessionReuseDetected: ({ device, ...input }) =>
      sessionReuseDetected({
        ...happened(input),
        device,
        resetLink: hasPasswords ? resetLink : null,
        devicesLink: `${publicUrl}/account/devices`,
      }),
    apiKeyChanged: ({ change, name, ...input }) =>
      apiKeyChanged({ ...happened(input), change, name, keysLink: `${publicUrl}/account/api-keys` }),
    credentialChanged: ({ notice, name = null, ...input }) =>
      credentialChanged({ ...happened(input), notice, name, accountLink: `${publicUrl}/account` }),
    accountDeleted: ({ canUndo = false, ...input }) => accountDeleted({ ...happened(input), canUndo }),
  }
}
